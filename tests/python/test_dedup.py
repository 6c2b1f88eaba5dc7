import csv
import datetime
import math
import sys
import types

import pytest

import atlas
from atlas import _dedup

COLUMNS = ["id", "given_name", "family_name", "phone", "email", "city"]
GIVEN = ["Amina", "Karim", "Sophie", "Julien", "Nadia", "Omar", "Claire", "Hugo"]
FAMILY = ["Tazi", "Berrada", "Morel", "Lahlou", "Garnier", "Zniber", "Kettani", "Ouazzani", "Faure"]


def people():
    rows = []
    for i in range(60):
        row = [f"p{i:03}", GIVEN[i % 8], FAMILY[i % 9] + FAMILY[(i * 7 + i // 9) % 9].lower(), f"06{61000000 + i * 7919}",
               f"m{i * 31}@example.com", ["Rabat", "Lyon", "Nice"][i % 3]]
        rows.append(row)
        if i % 4 == 0:
            rows.append([f"q{i:03}", row[1], row[2], "+212" + row[3][1:], "" if i % 8 else row[4], row[5]])
    return rows


def mappings():
    return [dict(zip(COLUMNS, row, strict=True)) for row in people()]


TRUTH = {(f"p{i:03}", f"q{i:03}") for i in range(0, 60, 4)}


def ids(found):
    return {(pair.id_a, pair.id_b) for pair in found.pairs}


def test_mappings_and_files_give_the_same(tmp_path):
    found = atlas.dedup(mappings())
    assert isinstance(found, atlas.Duplicates)
    assert TRUTH <= ids(found)
    assert len(found.pairs) <= len(TRUTH) + 2
    assert found.columns["phone"] == "phone"
    for pair in found.pairs:
        assert pair.id_a < pair.id_b
        assert math.isclose(pair.probability, 2**pair.score / (1 + 2**pair.score), abs_tol=1e-12)
    for name, separator, encoding in [("a.csv", ",", "utf-8"), ("b.csv", ";", "utf-16"), ("c.csv", "\t", "utf-8-sig")]:
        path = tmp_path / name
        with path.open("w", newline="", encoding=encoding) as file:
            csv.writer(file, delimiter=separator).writerows([COLUMNS, *people()])
        assert atlas.dedup(path) == found
        assert atlas.dedup(str(path)) == found
    # What no Python reader of CSV takes as it is: a cell of a megabyte, a zero.
    path.write_text(path.read_text("utf-8-sig") + f"x1\t{'A' * 2**20}\tB\0\t\t\t\n", "utf-8")
    assert ids(atlas.dedup(path)) == ids(found)


def test_two_lists():
    rows = mappings()
    first = [row for row in rows if row["id"][0] == "p"]
    second = [row for row in rows if row["id"][0] == "q"]
    assert ids(atlas.dedup(first, second)) == TRUTH


def test_what_cannot_be_is_told(tmp_path):
    with pytest.raises(FileNotFoundError):
        atlas.dedup(tmp_path / "none.csv")
    (tmp_path / "empty.csv").write_bytes(b"")
    with pytest.raises(atlas.InvalidArgument):
        atlas.dedup(tmp_path / "empty.csv")
    with pytest.raises(atlas.InvalidArgument):
        atlas.dedup([{"id": "1", "name": "A"}, {"id": "1", "name": "B"}])
    with pytest.raises(ValueError, match="no kind"):
        atlas.dedup(mappings(), kinds={"city": "town"})
    assert atlas.dedup(mappings()[:1]).pairs == []


def test_values_of_frames_as_people_wrote_them():
    missing = type("NAType", (), {"__ne__": lambda a, b: missing, "__bool__": lambda a: 1 / 0})()
    for value, text in [
        (None, ""), (float("nan"), ""), (missing, ""), (20000.0, "20000"), (0.5, "0.5"), (661234567, "661234567"),
        (datetime.datetime(1990, 2, 3), "1990-02-03"), (datetime.date(1990, 2, 3), "1990-02-03"), ("  x", "  x"),
        (True, "True"),
    ]:  # fmt: skip
        assert _dedup._text(value) == text


def test_a_frame_for_a_frame():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(mappings())
    found = atlas.dedup(frame)
    assert isinstance(found, pandas.DataFrame)
    assert list(found.columns) == ["id_a", "id_b", "score", "probability", "cluster_id", "band"]
    expected = atlas.dedup(mappings())
    assert found.equals(expected.to_pandas())
    assert found.attrs["columns"] == expected.columns
    # Numbers with gaps become fractions, and NA is no truth value.
    frame["phone"] = pandas.to_numeric(frame["phone"].str.replace("+212", "0").str[1:])
    frame.loc[1, "phone"] = float("nan")
    frame["city"] = frame["city"].astype("string")
    frame.loc[2, "city"] = pandas.NA
    again = atlas.dedup(frame)
    assert set(zip(again["id_a"], again["id_b"], strict=True)) >= TRUTH - {("p000", "q000")}
    linked = atlas.dedup(frame[frame["id"].str[0] == "p"], frame[frame["id"].str[0] == "q"], kinds={"phone": "phone"})
    assert isinstance(linked, pandas.DataFrame)
    assert atlas.dedup(frame.iloc[:0]).empty
    assert atlas.dedup(frame.set_index("id")).shape[1] == 6


def test_a_frame_is_known_by_what_it_can():
    seen = []

    class Frame(types.SimpleNamespace):
        columns = COLUMNS

        def itertuples(self, index, name):
            seen.append((index, name))
            return iter(people())

    with pytest.MonkeyPatch.context() as patch:
        stand_in = types.ModuleType("pandas")
        stand_in.DataFrame = lambda rows, columns: types.SimpleNamespace(rows=rows, columns=columns, attrs={})
        patch.setitem(sys.modules, "pandas", stand_in)
        found = atlas.dedup(Frame())
    assert seen == [(False, None)]
    assert {row[:2] for row in found.rows} >= TRUTH
