"""Answers for Python's re: JSON lines in, JSON lines out, in order.

In:  {"pattern": str, "texts": [str], "full": bool}
Out: {"matches": [bool or null]} (null: no answer in time) or {"reason": str, "position": int or null}.
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
    return {"matches": [limited(match, text) for text in case["texts"]]}


def limited(match, text):
    """Whether it matches; None if that takes too long, or if re reports a bug of its own."""
    try:
        # re looks for signals while it backtracks.
        signal.setitimer(signal.ITIMER_REAL, 0.25)
        found = match(text) is not None
        signal.setitimer(signal.ITIMER_REAL, 0)
        return found
    except (TooLong, SystemError, RuntimeError):
        signal.setitimer(signal.ITIMER_REAL, 0)
        return None


warnings.simplefilter("ignore")
signal.signal(signal.SIGALRM, stop)
signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGALRM])  # who starts us may block it
print(json.dumps({"version": list(sys.version_info[:2])}))
for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))))
