"""Runs the atlas command for the tests: one place, one way of calling, errors that tell what happened."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ATLAS = os.environ.get("ATLAS_COMMAND", "atlas")
SOURCE = pathlib.Path(__file__).resolve().parents[2]
KEY = "a passphrase of the tests"


class CommandTest(unittest.TestCase):
    """A folder of its own and an environment without ATLAS_*."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="atlas-e2e-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("ATLAS_")}
        self.store = str(self.folder / "agency.db")

    def run_atlas(self, *arguments, stdin="", store=None, **more):
        """The finished process, its output as text."""
        words = [ATLAS, "--store", store or self.store, *arguments]
        if isinstance(stdin, str):
            stdin = stdin.encode("utf-8", "surrogateescape")
        done = subprocess.run(words, input=stdin, capture_output=True, timeout=120, cwd=self.folder,
                              env={**self.environment, **more})
        done.stdout = done.stdout.decode("utf-8", "surrogateescape")
        done.stderr = done.stderr.decode("utf-8", "surrogateescape")
        return done

    def atlas(self, *arguments, code=0, **more):
        """Standard output of a run that ends with `code`."""
        done = self.run_atlas(*arguments, **more)
        self.assertEqual(done.returncode, code, f"{arguments}: {done.stdout[-2000:]} {done.stderr[-2000:]}")
        return done.stdout

    def result(self, *arguments, **more):
        return json.loads(self.atlas(*arguments, **more))

    def error(self, *arguments, code=1, **more):
        """The error object of a run that fails."""
        done = self.run_atlas(*arguments, **more)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.assertEqual(done.stdout, "")
        return json.loads(done.stderr)

    def lines(self, *arguments, code=0, **more):
        return [json.loads(line) for line in self.atlas(*arguments, code=code, **more).splitlines()]

    def open_dossier(self, name, phone, **more):
        return self.result("call", "dossiers.create", json.dumps({"contact_name": name, "phone": phone}), **more)
