"""Run one command; print its seconds, its processor's seconds and its peak megabytes as a last line of JSON.

A process of its own because Linux counts the memory of the process that starts another to that other's peak:
the benchmarks themselves are larger than what they measure, and this is not.
"""

import json
import os
import sys
import time

if __name__ == "__main__":
    began = time.monotonic()
    process = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
    _, status, used = os.wait4(process, 0)
    taken = time.monotonic() - began
    code = os.waitstatus_to_exitcode(status)
    found = {"code": code, "seconds": taken, "cpu": used.ru_utime + used.ru_stime, "peak_mb": used.ru_maxrss / 1024}
    print(json.dumps(found), flush=True)
