"""The verdicts of the built site: each behind its own equation, and alike there, in the ledger, as data."""

import json
import re
from pathlib import Path

import pytest

from kept import kept
from rnn_solutions.claims import CLAIMS
from shown_verdicts import below, cells_to_show, fields_to_show, ledger

ROOT = Path(__file__).parents[2]
SITE = ROOT / "build" / "html"


@pytest.fixture(scope="module")
def judged():
    """Return what the build of the site found when it judged the claims, by label."""
    last = max((ROOT / "build" / "verdicts").glob("*.json"), key=lambda file: file.stat().st_mtime)
    return {one["label"]: one for one in json.loads(kept(last))}


def test_every_claim_was_judged_under_its_own_label(judged):
    assert judged.keys() == CLAIMS.keys()
    for label, claim in CLAIMS.items():
        for name in ("statement", "formula", "method", "assumes", "tolerance", "because", "line"):
            assert judged[label][name] == getattr(claim, name)
        assert judged[label]["function"] == claim.function.__name__


def test_every_verdict_stands_once_and_directly_behind_its_own_equation(judged):
    seen = []
    for file in sorted(SITE.rglob("*.html")):
        page = file.read_text(encoding="utf-8")
        if 'class="verdict"' not in page:
            continue
        found = [(label, shown) for label, shown in below(page) if shown]
        assert len(found) == page.count('class="verdict"')
        for label, shown in found:
            if label not in judged:
                assert label.startswith("def-")
                assert shown.line == "≔ Definition"
            else:
                assert shown.anchor == f"verdict-{label}"
                assert shown.fields == fields_to_show(judged[label])
                seen.append(label)
    assert sorted(seen) == sorted(judged)


def test_the_ledger_and_verdicts_json_say_what_was_judged(judged):
    rows = list(ledger((SITE / "ledger.html").read_text(encoding="utf-8")))
    entries = json.loads((SITE / "verdicts.json").read_text(encoding="utf-8"))

    for row, entry in zip(rows, entries, strict=True):
        label, page = entry["label"], f"{entry['page']}.html"
        anchor = label if label.startswith("erratum-") else f"equation-{label}"
        there = (SITE / page).read_text(encoding="utf-8").partition(f'id="{anchor}"')[2]
        number = re.search(r'<span class="eqno">(\(\d+\))|<strong>(\d+)\.', there)
        name = f"finding {number[2]}" if anchor == label else number[1]
        assert row["address"] == f"{page}#{anchor}"
        assert row["Formula"].startswith(f"{name} {label}")
        if label in judged:
            verdict = judged[label]
            assert row == cells_to_show(verdict) | {
                "address": row["address"],
                "Formula": f"{name} {label} {verdict['statement']}",
            }
            assert entry["source"] == f"{page}#verdict-{label}"
            assert entry.items() >= {name: verdict[name] for name in entry.keys() & verdict.keys()}.items()
            assert entry.keys() >= {"status", "method", "cases", "error", "tolerance", "tried", "caught"}
    labels = [entry["label"] for entry in entries]
    assert len(labels) == len(set(labels))
    assert judged.keys() <= set(labels)
    assert all(label.startswith("def-") for label in set(labels) - judged.keys())
