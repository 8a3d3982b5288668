"""`make bench`: PlanMap beside its peers, in one run; with an argument one part of it.

Absolute seconds say more about the machine than about the program; read the ratios.
"""

from __future__ import annotations

import argparse

from tests.benchmarks import ground, layers, page, people, present, recording, sheets

PARTS = {
    part.__name__.rpartition(".")[2]: part.run for part in (page, sheets, present, ground, layers, recording, people)
}


def main() -> None:
    """Run the parts that are asked for, all of them by default."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("part", nargs="?", choices=PARTS, help="only this part")
    asked = parser.parse_args().part
    for name in [asked] if asked else PARTS:
        PARTS[name]()


if __name__ == "__main__":
    main()
