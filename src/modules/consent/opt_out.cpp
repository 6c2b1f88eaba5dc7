#include "atlas/opt_out.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <vector>

#include "atlas/text.hpp"

namespace atlas {
namespace {

constexpr std::size_t max_bytes = 2000;
constexpr std::size_t max_words = 24;
constexpr std::size_t max_words_after_stop = 3;

using Words = std::vector<std::string>;
using Table = std::span<const std::string_view>;

// All tables are in the folded form: lower case, no accents, alef without hamza, ة as ه, ى as ي, words
// parted by one space, apostrophes and hyphens read as spaces.

/// Politeness and greetings that change nothing.
constexpr std::string_view fillers[] = {"svp",
                                        "stp",
                                        "s il vous plait",
                                        "s il te plait",
                                        "sil vous plait",
                                        "sil te plait",
                                        "please",
                                        "pls",
                                        "plz",
                                        "merci",
                                        "merci d avance",
                                        "mrc",
                                        "thanks",
                                        "thank you",
                                        "thx",
                                        "bonjour",
                                        "bonsoir",
                                        "bjr",
                                        "salut",
                                        "hello",
                                        "hi",
                                        "cordialement",
                                        "madame",
                                        "monsieur",
                                        "من فضلك",
                                        "من فضلكم",
                                        "رجاء",
                                        "شكرا",
                                        "لو سمحت",
                                        "لو سمحتم",
                                        "السلام عليكم",
                                        "سلام",
                                        "عافاك",
                                        "الله يخليك",
                                        "3afak",
                                        "chokran",
                                        "salam"};

/// Alone, or first of at most three words.
constexpr std::string_view strong[] = {
    // French
    "stop", "stopp", "stopt", "stopper", "stoper", "stoppez", "arreter", "arretez", "arretes", "arrete",
    "arretter", "areter", "aretez", "desabonner", "desabonne", "desabonnez", "desabonnement", "desabonement",
    "desaboner", "desabboner", "desabonnes", "desinscrire", "desinscription", "desinscrit", "desinscrivez",
    "desincrire", "desincription",
    // English
    "stopall", "unsubscribe", "unsuscribe", "unsubcribe", "unsubscrib", "unsubscibe", "unsubsribe",
    "unsubscribed", "usubscribe", "unsub", "optout", "opt out", "unfollow",
    // Arabic
    "توقفوا", "توقفو", "اوقف", "اوقفوا", "اوقفو", "ستوب",
    // Moroccan Arabic
    "7bess", "7bes", "hbess", "habess", "7bsso", "حبسو", "حبسوا"};

/// Alone as good as those. With a word or two that we do not know they may be a bus stop, or works that halt.
constexpr std::string_view nouns[] = {"arret", "arrt",  "aret",  "arrets", "cessez", "توقف",
                                      "وقف",   "ايقاف", "الغاء", "قف",     "حبس"};

/// The whole message only: words that begin other things too.
constexpr std::string_view alone[] = {"sotp",
                                      "stpo",
                                      "tsop",
                                      "stoop",
                                      "stob",
                                      "sttop",
                                      "st0p",
                                      "un subscribe",
                                      "ne plus envoyer",
                                      "arret sms",
                                      "arret pub",
                                      "arret mail",
                                      "arret mails",
                                      "arret message",
                                      "arret messages",
                                      "arret appels",
                                      "arret immediat",
                                      "arret envoi",
                                      "توقف الان",
                                      "توقف حالا",
                                      "توقف فورا",
                                      "الغاء الارسال",
                                      "ايقاف الارسال",
                                      "soptp",
                                      "st op",
                                      "s t o p",
                                      "remove",
                                      "revoke",
                                      "quit",
                                      "end",
                                      "cancel",
                                      "retirez moi",
                                      "enlevez moi",
                                      "supprimez moi",
                                      "retire moi",
                                      "remove me",
                                      "leave me alone",
                                      "go away",
                                      "laissez moi tranquille",
                                      "foutez moi la paix",
                                      "fichez moi la paix",
                                      "lachez moi",
                                      "ne me contactez pas",
                                      "ne plus contacter",
                                      "plus de message",
                                      "plus de messages",
                                      "plus de sms",
                                      "plus de pub",
                                      "plus de mails",
                                      "plus de mail",
                                      "plus d appels",
                                      "pas de pub",
                                      "no more",
                                      "no thanks stop",
                                      "non stop merci",
                                      "spam",
                                      "c est du spam",
                                      "لا اريد",
                                      "كفي",
                                      "حذف",
                                      "ازاله",
                                      "ma b9itch bghit",
                                      "mab9itch bghit",
                                      "ma b9itch baghi",
                                      "mab9itch baghi",
                                      "ma b9itch baghya",
                                      "ما بقيتش باغي",
                                      "مابقيتش باغي",
                                      "ما بقيتش بغيت",
                                      "مابقيتش بغيت",
                                      "ma bghitch",
                                      "mabghitch",
                                      "ما بغيتش",
                                      "مابغيتش"};

/// To every channel, whole message only.
constexpr std::string_view everything[] = {"stop tout",
                                           "stop all",
                                           "stopall",
                                           "stop toute",
                                           "stop tous",
                                           "stop total",
                                           "arret total",
                                           "arret tout",
                                           "arretez tout",
                                           "arreter tout",
                                           "tout arreter",
                                           "stop everything",
                                           "unsubscribe all",
                                           "desabonner tout",
                                           "desabonnez moi de tout",
                                           "unsubscribe me from everything",
                                           "unsubscribe from all",
                                           "توقف عن كل شيء",
                                           "اوقفوا كل شيء",
                                           "الغاء الكل",
                                           "ايقاف الكل"};

/// Objections to being contacted at all, anywhere in the message.
constexpr std::string_view objections[] = {"ne me contactez plus jamais",
                                           "ne plus jamais me contacter",
                                           "never contact me again",
                                           "do not contact me ever again",
                                           "don t contact me ever again",
                                           "sur aucun canal",
                                           "par aucun moyen",
                                           "by any means",
                                           "supprimez mes donnees",
                                           "supprimer mes donnees",
                                           "effacez mes donnees",
                                           "effacer mes donnees",
                                           "supprimez toutes mes donnees",
                                           "delete my data",
                                           "delete all my data",
                                           "erase my data",
                                           "je m oppose au traitement",
                                           "m oppose a la prospection",
                                           "i object to",
                                           "احذفوا بياناتي",
                                           "احذف بياناتي",
                                           "حذف بياناتي",
                                           "لا تتصلوا بي ابدا",
                                           "لا تتواصلوا معي ابدا"};

/// Anywhere in the message.
constexpr std::string_view phrases[] = {
    // French
    "ne me contactez plus", "ne me contacter plus", "ne me contacte plus", "ne plus me contacter",
    "ne plus etre contacte", "ne plus etre contactee", "plus etre contacte", "plus etre contactee",
    "ne m appelez plus", "ne m appeler plus", "ne m appelle plus", "ne plus m appeler", "ne m ecrivez plus",
    "ne m ecris plus", "ne plus m ecrire", "ne m envoyez plus", "ne m envoyer plus", "ne m envoie plus",
    "ne plus m envoyer", "ne plus recevoir", "plus recevoir vos", "plus recevoir de", "plus recevoir aucun",
    "ne souhaite plus recevoir", "ne veux plus recevoir", "ne veux plus de vos", "veux plus de messages",
    "veux plus de sms", "veux plus de mails", "veux plus de pub", "ne veux plus vos", "ne me derangez plus",
    "ne plus me deranger", "ne me relancez plus", "ne me sollicitez plus", "ne plus me solliciter",
    "me contactez plus", "m appelez plus", "m envoyez plus", "m ecrivez plus", "stop je ne", "stop je n",
    "arret des messages", "arret des sms", "arret des mails", "arret des appels", "arret de l envoi",
    "arret des envois", "me desabonne", "se desabonner", "se desinscrire", "m enlever de", "arretez de m",
    "arretez de me", "arrete de m", "arrete de me", "arreter de m", "arreter de me", "cessez de m",
    "cessez de me", "merci d arreter", "veuillez arreter", "veuillez cesser", "arretez vos",
    "arretez tous ces", "arretez tous vos", "arretez ces", "arretez les messages", "arretez les sms",
    "arretez les mails", "arretez les appels", "arretez l envoi", "arreter les messages", "arreter les sms",
    "arreter les mails", "arreter les appels", "arreter l envoi", "arreter vos", "stoppez vos", "stoppez les",
    "stop aux", "stop a vos", "stop vos", "stop les messages", "stop les sms", "stop les pubs", "dites stop",
    "je dis stop", "j ai dit stop", "envoi stop", "reponds stop", "me desabonner", "me desinscrire",
    "me desaboner", "desabonnez moi", "desinscrivez moi", "desabonez moi", "desaboner moi", "desabonne moi",
    "desinscris moi", "retirez moi de", "retire moi de", "me retirer de", "me supprimer de", "me rayer de",
    "retirer de votre liste", "retirer de vos listes", "retirez mon numero", "retirer mon numero",
    "retirez mes coordonnees", "enlevez moi de", "enleve moi de", "enlevez mon numero", "enlever mon numero",
    "enlevez mes coordonnees", "effacez mon numero", "effacer mon numero", "supprimez mon numero",
    "supprimer mon numero", "supprimez mes coordonnees", "supprimer mes coordonnees", "supprimez moi de",
    "oubliez mon numero", "rayez moi de",
    // English
    "stop texting", "stop messaging", "stop calling", "stop contacting", "stop sending", "stop emailing",
    "stop mailing", "stop writing", "stop bothering", "stop spamming", "stop these", "stop it please",
    "stop your messages", "stop the messages", "please stop messages", "stop all messages", "please stop",
    "don t contact me", "do not contact me", "dont contact me", "don t text me", "do not text me",
    "dont text me", "don t message me", "do not message me", "dont message me", "don t call me anymore",
    "do not call me anymore", "don t call me again", "do not call me again", "never call me again",
    "don t email me", "do not email me", "don t write to me", "do not write to me", "no more messages",
    "no more texts", "no more emails", "no more calls", "no more sms", "remove me from", "remove my number",
    "remove my email", "removed from your", "take me off", "delete my number", "opt me out", "unsubscribe me",
    "to unsubscribe", "want to opt out", "like to opt out", "no longer want to receive",
    "no longer wish to receive", "not want to receive any more", "don t want to receive any more",
    // Arabic
    "لا تتصل بي", "لا تتصلوا بي", "لا تتصلو بي", "لا تتصل", "لا تراسلني", "لا تراسلوني", "لا ترسل",
    "لا ترسلوا", "لا ترسلو", "لا تبعث", "لا تبعثوا", "توقف عن", "توقفوا عن", "الغاء الاشتراك",
    "الغوا الاشتراك", "الغي اشتراكي", "الغاء اشتراكي", "ايقاف الرسائل", "اوقف الرسائل", "اوقفوا الرسائل",
    "وقف الرسائل", "لا اريد رسائل", "لا اريد رسائلكم", "لا اريد استقبال", "لا اريد تلقي", "لا ارغب في",
    "احذف رقمي", "احذفوا رقمي", "امسح رقمي", "امسحوا رقمي", "حذف رقمي", "كفي رسائل", "حيدو نمرتي",
    "حيد نمرتي", "ما تصيفطو", "ماتصيفطو", "ما تعيطو", "ماتعيطو", "ما تبقاوش", "ماتبقاوش",
    // Moroccan Arabic in Latin letters
    "ma tsiftou", "matsiftou", "ma tsifto", "matsifto", "ma tsiftouch", "matsiftouch", "ma tsiftoch",
    "matsiftoch", "baraka mn les messages", "baraka men les messages", "ma t3ayto", "mat3ayto", "ma t3aytou",
    "mat3aytou", "ma tb9awch", "matb9awch", "7aydo nemerti", "7aydou nemerti", "7yed nemerti"};

/// What begins like an opt-out and is none, anywhere in the message. Asked first.
constexpr std::string_view refuted[] = {"ne vous arretez",
                                        "ne t arrete",
                                        "n arretez",
                                        "n arrete",
                                        "n arretes",
                                        "n arreter",
                                        "ne nous arretons",
                                        "ne s arrete",
                                        "sans arret",
                                        "ne pas arreter",
                                        "ne pas vous arreter",
                                        "ne pas me desabonner",
                                        "ne pas me desinscrire",
                                        "veux pas me desabonner",
                                        "souhaite pas me desabonner",
                                        "veux pas me desinscrire",
                                        "souhaite pas me desinscrire",
                                        "pas me desinscrire",
                                        "pas me desabonner",
                                        "pas se desabonner",
                                        "me desabonne pas",
                                        "pourquoi me desabonner",
                                        "pourquoi me desinscrire",
                                        "plus tard",
                                        "appelez plus avant",
                                        "contactez plus avant",
                                        "ecrivez plus avant",
                                        "envoyez plus de photos",
                                        "envoyez plus de details",
                                        "envoyez plus d infos",
                                        "envoyez plus d annonces",
                                        "ne me desabonnez",
                                        "ne me desinscrivez",
                                        "pas arreter",
                                        "jamais arreter",
                                        "don t stop",
                                        "dont stop",
                                        "do not stop",
                                        "never stop",
                                        "won t stop",
                                        "can t stop",
                                        "not stop",
                                        "don t unsubscribe",
                                        "do not unsubscribe",
                                        "dont unsubscribe",
                                        "not want to unsubscribe",
                                        "don t want to unsubscribe",
                                        "don t remove me",
                                        "do not remove me",
                                        "non stop",
                                        "nonstop",
                                        "bus stop",
                                        "tram stop",
                                        "one stop",
                                        "full stop",
                                        "pit stop",
                                        "stop by",
                                        "stop at",
                                        "stop in",
                                        "stop over",
                                        "stop light",
                                        "stop and go",
                                        "arret de bus",
                                        "arret bus",
                                        "arret de tram",
                                        "arret tram",
                                        "arret tramway",
                                        "arret metro",
                                        "arret de metro",
                                        "arret du",
                                        "arret maladie",
                                        "arret de chantier",
                                        "arret chantier",
                                        "arret technique",
                                        "arret des travaux",
                                        "arrete municipal",
                                        "arrete prefectoral",
                                        "arrete ministeriel",
                                        "arrete de peril",
                                        "arrete du",
                                        "arret de travail",
                                        "arret busway",
                                        "arret minute",
                                        "arret de la",
                                        "arret cardiaque",
                                        "stop bus",
                                        "stop tram",
                                        "panneau stop",
                                        "auto stop",
                                        "autostop",
                                        "stop car",
                                        "stop motion",
                                        "stop loss",
                                        "لا تتصل بي قبل",
                                        "لا تتصل قبل",
                                        "لا تتصلوا بي قبل",
                                        "توقف الحافله",
                                        "توقف الاشغال",
                                        "الغاء الموعد",
                                        "الغاء الزياره",
                                        "لا تتوقف",
                                        "لا تتوقفوا",
                                        "بدون توقف",
                                        "موقف",
                                        "لا تحذف رقمي",
                                        "لا تحذفوا رقمي"};

/// Alone, one cannot know.
constexpr std::string_view ambiguous[] = {
    "baraka",         "باراكا",         "بركا",      "safi",      "barak",     "sf",
    "بركه",           "براكه",          "صافي",      "annuler",   "annule",    "annulez",
    "annulation",     "cancel it",      "c est bon", "ca suffit", "suffit",    "assez",
    "enough",         "that s enough",  "fin",       "termine",   "terminer",  "finish",
    "خلاص",           "يكفي",           "كافي",      "non merci", "no thanks", "pas interesse",
    "pas interessee", "not interested", "لا شكرا",   "غير مهتم"};

/// "stoooop", "STOPPPP": a letter said three times or more is meant once.
std::string unstretched(const std::string& word) {
  std::string out;
  for (std::size_t i = 0; i < word.size();) {
    std::size_t end = i;
    while (end < word.size() && word[end] == word[i]) ++end;
    const bool letter = word[i] >= 'a' && word[i] <= 'z';
    out.append(letter && end - i > 2 ? 1 : end - i, word[i]);
    i = end;
  }
  return out;
}

/// The word runs of the folded text: letters and digits of any script; the rest parts them.
Words words_of(std::string_view message) {
  const std::string folded = fold(message);
  Words out;
  std::string word;
  const auto flush = [&] {
    if (!word.empty()) out.push_back(unstretched(word));
    word.clear();
  };
  for (std::size_t i = 0; i < folded.size();) {
    const auto lead = static_cast<unsigned char>(folded[i]);
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    const std::string_view one = std::string_view(folded).substr(i, size);
    i += size;
    if (size == 1) {
      if ((lead >= 'a' && lead <= 'z') || (lead >= '0' && lead <= '9'))
        word += one;
      else
        flush();
      continue;
    }
    // What ICU takes for a word's letter; emoji, dashes and quotes are none.
    if (words(one).empty())
      flush();
    else
      word += one;
  }
  flush();
  return out;
}

std::string joined(const Words& words, std::size_t from, std::size_t to) {
  std::string out;
  for (std::size_t i = from; i < to; ++i) out.append(out.empty() ? "" : " ").append(words[i]);
  return out;
}

bool is_in(Table table, std::string_view text) {
  return std::find(table.begin(), table.end(), text) != table.end();
}

/// A table's phrases by their first letter: every message is held against all of them.
class Phrases {
 public:
  explicit Phrases(Table table) {
    for (const std::string_view phrase : table) by_letter_[first_of(phrase)].push_back(phrase);
  }

  /// Is one of them there, between the borders of words?
  bool are_in(std::string_view text) const {
    for (std::size_t at = 0; at < text.size();) {
      const std::string_view rest = text.substr(at);
      for (const std::string_view phrase : by_letter_[first_of(rest)])
        if (rest.starts_with(phrase) && (rest.size() == phrase.size() || rest[phrase.size()] == ' '))
          return true;
      const std::size_t space = rest.find(' ');
      if (space == std::string_view::npos) break;
      at += space + 1;
    }
    return false;
  }

 private:
  /// Arabic letters share their first byte.
  static std::size_t first_of(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text[0]);
    if (lead < 0x80 || text.size() < 2) return lead;
    return 0x100 + (static_cast<unsigned char>(text[1]) & 0x3fU) + ((lead & 1U) << 6);
  }
  std::array<std::vector<std::string_view>, 0x180> by_letter_;
};

/// Longest filler at the front or the back goes, until none is left; never the whole message.
void drop_fillers(Words& words) {
  const auto drop = [&](bool front) {
    for (std::size_t n = std::min<std::size_t>(words.size(), 4); n > 0; --n) {
      if (n == words.size()) continue;
      const std::size_t from = front ? 0 : words.size() - n;
      if (!is_in(fillers, joined(words, from, from + n))) continue;
      words.erase(words.begin() + static_cast<std::ptrdiff_t>(from),
                  words.begin() + static_cast<std::ptrdiff_t>(from + n));
      return true;
    }
    return false;
  };
  while (drop(true) || drop(false)) {
  }
}

/// "STOP 15h", "arrêt à 10h", "stop 10 min": a place or a time, nothing to do with messages.
bool tells_a_time(const Words& words) {
  const std::string& last = words.back();
  if (last == "min" || last == "minutes" || last == "mn" || last == "heures") return true;
  return std::any_of(words.begin() + 1, words.end(), [](const std::string& w) {
    const std::size_t digits = w.find_first_not_of("0123456789");
    if (digits == 0 || digits == std::string::npos || digits > 2) return false;
    const std::string_view rest = std::string_view(w).substr(digits);
    return rest[0] == 'h' || rest == "am" || rest == "pm" || rest == "min" || rest == "mn";
  });
}

/// "STOP, je ne cherche plus", "Je ne cherche plus. STOP": the word is a sentence of its own, first or last.
bool says_it_apart(std::string_view message) {
  static constexpr std::string_view ends[] = {".", ",", ";", ":", "!", "?", "\n", "،", "؛", "؟"};
  std::vector<std::string> parts(1);
  for (std::size_t i = 0; i < message.size();) {
    const auto* const end = std::find_if(std::begin(ends), std::end(ends), [&](std::string_view e) {
      return message.substr(i).starts_with(e);
    });
    if (end == std::end(ends)) {
      parts.back() += message[i++];
      continue;
    }
    parts.emplace_back();
    i += end->size();
  }
  std::vector<Words> said;
  for (const std::string& part : parts) {
    Words words = words_of(part);
    if (words.empty()) continue;
    drop_fillers(words);
    said.push_back(std::move(words));
  }
  const auto is_word = [](const Words& w) {
    const std::string part = joined(w, 0, w.size());
    return is_in(strong, part) || is_in(nouns, part);
  };
  return said.size() > 1 && (is_word(said.front()) || is_word(said.back()));
}

}  // namespace

std::string_view to_string(OptOut verdict) noexcept {
  switch (verdict) {
    case OptOut::none:
      return "none";
    case OptOut::this_channel:
      return "this_channel";
    case OptOut::every_channel:
      return "every_channel";
    case OptOut::ask_a_person:
      return "ask_a_person";
  }
  return "none";
}

OptOut read_opt_out(std::string_view message) {
  if (message.size() > max_bytes || !is_utf8(message)) return OptOut::none;
  Words words = words_of(message);
  if (words.empty() || words.size() > max_words) return OptOut::none;
  std::string text = joined(words, 0, words.size());
  if (is_in(ambiguous, text)) return OptOut::ask_a_person;
  drop_fillers(words);
  text = joined(words, 0, words.size());
  if (is_in(everything, text)) return OptOut::every_channel;
  if (is_in(strong, text) || is_in(nouns, text) || is_in(alone, text)) return OptOut::this_channel;
  if (is_in(ambiguous, text)) return OptOut::ask_a_person;
  static const Phrases none_at_all(refuted), to_everything(objections), anywhere(phrases);
  if (none_at_all.are_in(text)) return OptOut::none;
  if (to_everything.are_in(text)) return OptOut::every_channel;
  if (anywhere.are_in(text)) return OptOut::this_channel;
  if (words.size() <= max_words_after_stop && is_in(strong, words.front()) && !tells_a_time(words))
    return OptOut::this_channel;
  if (words.size() <= max_words_after_stop && is_in(nouns, words.front()) && !tells_a_time(words))
    return OptOut::ask_a_person;
  if (says_it_apart(message)) return OptOut::this_channel;
  // The same word again and again: "stop stop stop".
  if ((is_in(strong, words.front()) || is_in(nouns, words.front())) &&
      std::all_of(words.begin(), words.end(), [&](const std::string& w) { return w == words.front(); }))
    return OptOut::this_channel;
  return OptOut::none;
}

}  // namespace atlas
