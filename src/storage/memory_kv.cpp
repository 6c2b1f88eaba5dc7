// An ordered map that readers share: a B+ tree whose nodes are copied when a later transaction changes them.
// A reader holds a root and with it its whole snapshot; the writer owns the nodes it has copied and changes
// those in place; committing publishes the writer's root.

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <vector>

#include "atlas/error.hpp"
#include "atlas/kv_store.hpp"

namespace atlas {

namespace {

constexpr std::size_t max_key = 64 * 1024;
constexpr std::size_t max_value = 64 * 1024 * 1024;
constexpr std::size_t fan_out = 32;

struct Item {
  std::string key;
  std::string value;
};
using ItemPtr = std::shared_ptr<const Item>;

struct Node;
using NodePtr = std::shared_ptr<Node>;

/// A leaf has items and no children. An inner node has one item fewer than children: items[i].key is not
/// greater than any key of children[i + 1] and greater than every key of children[i].
struct Node {
  std::uint64_t owner = 0;  ///< The write transaction that may change it in place.
  std::vector<ItemPtr> items;
  std::vector<NodePtr> children;
  bool leaf() const { return children.empty(); }

  /// Child of an inner node that a key belongs to.
  std::size_t child_of(std::string_view key) const {
    const auto after =
        std::upper_bound(items.begin(), items.end(), key,
                         [](std::string_view k, const ItemPtr& item) { return k < item->key; });
    return static_cast<std::size_t>(after - items.begin());
  }
  /// First item of a leaf that is not before the key.
  std::size_t lower(std::string_view key) const {
    const auto found =
        std::lower_bound(items.begin(), items.end(), key,
                         [](const ItemPtr& item, std::string_view k) { return item->key < k; });
    return static_cast<std::size_t>(found - items.begin());
  }
};

using PairSink = FunctionRef<bool(std::string_view, std::string_view)>;

const Item* find(const Node* node, std::string_view key) {
  if (node == nullptr) return nullptr;
  while (!node->leaf()) node = node->children[node->child_of(key)].get();
  const std::size_t i = node->lower(key);
  return i < node->items.size() && node->items[i]->key == key ? node->items[i].get() : nullptr;
}

bool walk_up(const Node& node, std::string_view begin, std::string_view end, PairSink sink) {
  if (node.leaf()) {
    for (std::size_t i = node.lower(begin); i < node.items.size(); ++i) {
      const Item& item = *node.items[i];
      if (!end.empty() && item.key >= end) return false;
      if (!sink(item.key, item.value)) return false;
    }
    return true;
  }
  for (std::size_t i = node.child_of(begin); i < node.children.size(); ++i) {
    if (i > 0 && !end.empty() && node.items[i - 1]->key >= end) return false;
    if (!walk_up(*node.children[i], begin, end, sink)) return false;
  }
  return true;
}

bool walk_down(const Node& node, std::string_view begin, std::string_view end, PairSink sink) {
  if (node.leaf()) {
    for (std::size_t i = end.empty() ? node.items.size() : node.lower(end); i-- > 0;) {
      const Item& item = *node.items[i];
      if (item.key < begin || !sink(item.key, item.value)) return false;
    }
    return true;
  }
  for (std::size_t i = (end.empty() ? node.items.size() : node.child_of(end)) + 1; i-- > 0;) {
    if (!walk_down(*node.children[i], begin, end, sink)) return false;
    if (i > 0 && node.items[i - 1]->key < begin) return false;
  }
  return true;
}

/// Changes one version of the tree into the next.
class TreeWriter {
 public:
  TreeWriter(NodePtr root, std::uint64_t owner) : root_(std::move(root)), owner_(owner) {}
  const NodePtr& root() const { return root_; }

  void put(std::string_view key, std::string_view value) {
    auto item = std::make_shared<const Item>(Item{std::string(key), std::string(value)});
    if (!root_) {
      root_ = make_node();
      root_->items.push_back(std::move(item));
      return;
    }
    if (Split split = put_below(root_, std::move(item)); split.right) {
      NodePtr top = make_node();
      top->items.push_back(std::move(split.separator));
      top->children = {std::move(root_), std::move(split.right)};
      root_ = std::move(top);
    }
  }

  void erase(std::string_view key) {
    if (find(root_.get(), key) == nullptr) return;
    if (erase_below(root_, key)) {
      root_.reset();
      return;
    }
    while (!root_->leaf() && root_->children.size() == 1) root_ = NodePtr(root_->children[0]);
  }

 private:
  struct Split {
    ItemPtr separator;
    NodePtr right;
  };

  NodePtr make_node() const {
    auto node = std::make_shared<Node>();
    node->owner = owner_;
    return node;
  }

  void make_own(NodePtr& node) const {
    if (node->owner == owner_) return;
    node = std::make_shared<Node>(*node);
    node->owner = owner_;
  }

  Split put_below(NodePtr& node, ItemPtr item) {
    make_own(node);
    using Offset = std::ptrdiff_t;
    if (node->leaf()) {
      const std::size_t i = node->lower(item->key);
      if (i < node->items.size() && node->items[i]->key == item->key) {
        node->items[i] = std::move(item);
        return {};
      }
      node->items.insert(node->items.begin() + static_cast<Offset>(i), std::move(item));
    } else {
      const std::size_t i = node->child_of(item->key);
      Split split = put_below(node->children[i], std::move(item));
      if (!split.right) return {};
      node->items.insert(node->items.begin() + static_cast<Offset>(i), std::move(split.separator));
      node->children.insert(node->children.begin() + static_cast<Offset>(i) + 1, std::move(split.right));
    }
    if (node->items.size() <= fan_out) return {};
    const auto middle = static_cast<Offset>(node->items.size() / 2);
    Split split{node->items[static_cast<std::size_t>(middle)], make_node()};
    // In an inner node the separator moves up; in a leaf it is also the first item of the right half.
    const Offset from = node->leaf() ? middle : middle + 1;
    split.right->items.assign(node->items.begin() + from, node->items.end());
    if (!node->leaf()) {
      split.right->children.assign(node->children.begin() + middle + 1, node->children.end());
      node->children.resize(static_cast<std::size_t>(middle) + 1);
    }
    node->items.resize(static_cast<std::size_t>(middle));
    return split;
  }

  /// The key is there. True when nothing is left below.
  bool erase_below(NodePtr& node, std::string_view key) {
    make_own(node);
    using Offset = std::ptrdiff_t;
    if (node->leaf()) {
      node->items.erase(node->items.begin() + static_cast<Offset>(node->lower(key)));
      return node->items.empty();
    }
    const std::size_t i = node->child_of(key);
    if (!erase_below(node->children[i], key)) return false;
    node->children.erase(node->children.begin() + static_cast<Offset>(i));
    if (node->children.empty()) return true;
    node->items.erase(node->items.begin() + static_cast<Offset>(i == 0 ? 0 : i - 1));
    return false;
  }

  NodePtr root_;
  std::uint64_t owner_;
};

/// What the store and its transactions share; the transactions may outlive the store.
struct Shared {
  std::mutex mutex;
  std::condition_variable turn;
  NodePtr root;                   ///< The committed state.
  std::uint64_t next_ticket = 0;  ///< Writers take a ticket and wait until it is served: in order of arrival.
  std::uint64_t serving = 0;
};

class MemoryReader final : public KvTransaction {
 public:
  explicit MemoryReader(NodePtr root) : root_(std::move(root)) {}

  bool get(std::string_view key, std::string& value) override {
    const Item* item = find(root_.get(), key);
    if (item == nullptr) return false;
    value = item->value;
    return true;
  }
  void scan(std::string_view begin, std::string_view end, bool descending, PairSink sink) override {
    if (!root_) return;
    descending ? walk_down(*root_, begin, end, sink) : walk_up(*root_, begin, end, sink);
  }
  void put(std::string_view, std::string_view) override { refuse(); }
  void erase(std::string_view) override { refuse(); }
  void commit(Durability) override { refuse(); }

 private:
  [[noreturn]] static void refuse() { throw Error(ErrorCode::internal, "A read transaction writes."); }
  NodePtr root_;
};

class MemoryWriter final : public KvTransaction {
 public:
  MemoryWriter(std::shared_ptr<Shared> shared, NodePtr root, std::uint64_t ticket)
      : shared_(std::move(shared)), tree_(std::move(root), ticket + 1) {}
  ~MemoryWriter() override { finish(nullptr); }

  bool get(std::string_view key, std::string& value) override {
    const Item* item = find(tree_.root().get(), key);
    if (item == nullptr) return false;
    value = item->value;
    return true;
  }
  void scan(std::string_view begin, std::string_view end, bool descending, PairSink sink) override {
    if (!tree_.root()) return;
    descending ? walk_down(*tree_.root(), begin, end, sink) : walk_up(*tree_.root(), begin, end, sink);
  }
  void put(std::string_view key, std::string_view value) override {
    require_open();
    if (key.size() > max_key || value.size() > max_value) {
      throw Error(ErrorCode::invalid_argument, "A key or value is larger than the store takes.");
    }
    tree_.put(key, value);
  }
  void erase(std::string_view key) override {
    require_open();
    tree_.erase(key);
  }
  void commit(Durability) override {
    require_open();
    finish(&tree_.root());
  }

 private:
  void require_open() const {
    if (!open_) throw Error(ErrorCode::internal, "A transaction is used after its commit.");
  }
  void finish(const NodePtr* committed) {
    if (!open_) return;
    open_ = false;
    {
      const std::lock_guard lock(shared_->mutex);
      if (committed != nullptr) shared_->root = *committed;
      ++shared_->serving;
    }
    shared_->turn.notify_all();
  }

  std::shared_ptr<Shared> shared_;
  TreeWriter tree_;
  bool open_ = true;
};

class MemoryKv final : public KvStore {
 public:
  std::unique_ptr<KvTransaction> begin_read() override {
    const std::lock_guard lock(shared_->mutex);
    return std::make_unique<MemoryReader>(shared_->root);
  }
  std::unique_ptr<KvTransaction> begin_write() override {
    std::unique_lock lock(shared_->mutex);
    const std::uint64_t ticket = shared_->next_ticket++;
    shared_->turn.wait(lock, [&] { return shared_->serving == ticket; });
    return std::make_unique<MemoryWriter>(shared_, shared_->root, ticket);
  }
  bool durable() const override { return false; }

 private:
  std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
};

}  // namespace

std::unique_ptr<KvStore> make_memory_kv() { return std::make_unique<MemoryKv>(); }

}  // namespace atlas
