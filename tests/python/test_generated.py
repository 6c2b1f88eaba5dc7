"""What is generated is fresh, the types hold, and they are checked for real."""

import importlib.util
import keyword
import os
import subprocess
import sys
from pathlib import Path

import pytest

import atlas

PACKAGE = Path(atlas.__file__).parent
ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "bindings" / "python"


def test_generated_files_are_fresh():
    command = [sys.executable, str(SOURCE / "generate.py"), str(PACKAGE.parent), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


def test_the_built_package_is_the_source():
    source = SOURCE / "src" / "atlas"
    names = {str(p.relative_to(source)) for p in source.rglob("*") if p.suffix in (".py", ".pyi", ".typed")}
    assert {"py.typed", "_operations/_dossiers.py", "types/_dossiers.py"} <= names
    for name in names:
        assert (PACKAGE / name).read_bytes() == (SOURCE / "src" / "atlas" / name).read_bytes(), name


def test_every_operation_has_its_method(atlas_session):
    catalogue = atlas_session.meta.operations()
    assert len(catalogue.items) > 40
    for item in catalogue.items:
        module, verb = item.name.split(".")
        method = getattr(getattr(atlas_session, module), verb + "_" * keyword.iskeyword(verb))
        assert item.summary in method.__doc__
    assert {row.code for row in atlas_session.meta.errors().items} >= set(atlas.Error._classes) - {"ok"}


def mypy(*paths, cwd):
    if importlib.util.find_spec("mypy") is None:
        if os.environ.get("CI"):
            pytest.fail("mypy is not installed")
        pytest.skip("mypy is not installed")
    cache = os.environ.get("ATLAS_MYPY_CACHE") or str(cwd / "mypy")
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", cache, *map(str, paths)]
    environment = {**os.environ, "MYPYPATH": f"{SOURCE / 'src'}:{ROOT / 'examples' / 'python'}"}
    environment.pop("LD_PRELOAD", None)
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=600)


def test_types_hold(tmp_path):
    examples = sorted((ROOT / "examples" / "python").glob("*.py"))
    assert len(examples) >= 2
    done = mypy(SOURCE / "src" / "atlas", *examples, cwd=tmp_path)
    assert done.returncode == 0, done.stdout


def test_types_catch_mistakes(tmp_path):
    program = tmp_path / "mistakes.py"
    program.write_text(
        "import atlas\n"
        "def f(s: atlas.Session) -> None:\n"
        "    d = s.dossiers.create(contact_name=3)\n"
        "    d.contact_nam\n"
        "    s.dossiers.create()\n"
        "    s.dossiers.lst()\n"
        "    for x in s.dossiers.list(status_cod='CRM_NEW'): pass\n"
        "    n: int = d.created_at\n"
        "    d.city.upper()\n"
        "    s.dossiers.create(contact_name='N', budget_max=3.5)\n"
    )
    done = mypy(program, cwd=tmp_path)
    assert done.returncode == 1
    wrong = {int(line.split(":")[1]) for line in done.stdout.splitlines() if ": error:" in line}
    assert wrong == {3, 4, 5, 6, 7, 8, 9, 10}, done.stdout
