"""Answers for Python's re: JSON lines in, JSON lines out, in order.

In:  {"pattern": str, "texts": [str], "full": bool}
Out: {"matches": [bool or null]} (null: took too long) or {"reason": str, "position": int or null}.
The first line out is {"version": [3, 12]}.
"""

import json
import re
import signal
import sys
import warnings


class TooLong(Exception):
    pass


def stop(signum, frame):
    raise TooLong


def answer(case):
    try:
        pattern = re.compile(case["pattern"])
    except re.error as error:
        return {"reason": error.msg, "position": error.pos}
    except (OverflowError, ValueError, RecursionError) as error:
        return {"reason": str(error), "position": None}
    match = pattern.fullmatch if case["full"] else pattern.match
    matches = []
    for text in case["texts"]:
        # re looks for signals while it backtracks.
        signal.setitimer(signal.ITIMER_REAL, 0.25)
        try:
            matches.append(match(text) is not None)
        except TooLong:
            matches.append(None)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    return {"matches": matches}


warnings.simplefilter("ignore")
signal.signal(signal.SIGALRM, stop)
print(json.dumps({"version": list(sys.version_info[:2])}))
for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))))
