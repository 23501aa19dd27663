"""Claims of the errata: what the sheet states must fail. Each is written where its finding's numbers are."""

from rnn_solutions.claims.registry import claim
from rnn_solutions.sheet.findings import FINDINGS, TRIALS

for number, trial in sorted(TRIALS.items()):
    if FINDINGS[number].kind == "E":  # nobody states a misprint
        claim(f"erratum-{number}", **trial.said)(trial.refute)
