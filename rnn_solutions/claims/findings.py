"""Claims of the errata: what the sheet prints must fail. Each is written where its finding's numbers are."""

from rnn_solutions.claims.registry import claim
from rnn_solutions.sheet.findings import FINDINGS

for number, finding in sorted(FINDINGS.items()):
    if finding.refute is not None:
        claim(f"erratum-{number}", **finding.said)(finding.refute)
