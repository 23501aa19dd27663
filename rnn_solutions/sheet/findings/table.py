r"""Every finding in one row: its kind, where it stands, what is printed there and what should be.

The page of errata, the registry and the tests read it here. What is wrong stands in a ``\boxed``, and so does
what takes its place. Numbers and formulas are the sheet's; of its words there are those in question alone.
"""

from __future__ import annotations

from dataclasses import dataclass

KINDS = {  # in the order in which the page asks for them: the first that fits is the kind
    "R": "remark",
    "T": "misprint",
    "N": "notation",
    "A": "missing assumption",
    "E": "mathematical error",
    "I": "incomplete",
}
SAID = "said, as a formula"  # the head of what the sheet has in words


@dataclass(frozen=True)
class Finding:
    """One finding, known under its number from then on. The page of errata says the rest in words."""

    number: int
    part: str  # the question, or "Notation"
    kind: str  # a letter of `KINDS`
    where: str  # as the page writes it
    printed: str = ""  # TeX; empty where the sheet has words or nothing
    right: str = ""  # TeX; empty where only words can say it
    in_question: bool = False  # whether it stands in a question, where an answer can inherit it
    are_words: bool = False  # whether the two are words, and not TeX
    head: str = "printed"  # what stands above `printed`


ROWS = [  # in the order of the page
    Finding(1, "1(a)", "N", "{sheet}`2-4`", r"x_1, \dots, x_{\boxed{m}}", r"x_1, \dots, x_{\boxed{d}}"),
    Finding(
        2,
        "1(a)",
        "T",
        "{sheet}`2, 3`",
        r"w_{\boxed{31}} \;\; w_{\boxed{32}} \;\; \cdots \;\; w_{\boxed{3m}}",
        r"w_{\boxed{n-1,\,1}} \;\; w_{\boxed{n-1,\,2}} \;\; \cdots \;\; w_{\boxed{n-1,\,d}}",
    ),
    Finding(
        3,
        "1(a)",
        "T",
        "{sheet}`2`",
        r"w_{21} x_1 + w_{22} x_2 + \cdots + w_{\boxed{1m}} x_m",
        r"w_{21} x_1 + w_{22} x_2 + \cdots + w_{\boxed{2d}} x_d",
    ),
    Finding(
        4,
        "1(a)",
        "T",
        "{sheet}`4`",
        r"\frac{\partial y_i}{\boxed{p_j}}",
        r"\frac{\partial y_i}{\boxed{\partial p_j}}",
    ),
    Finding(
        5,
        "1(a)",
        "T",
        "{sheet}`4`",
        r"\frac{\partial y_1}{p_1} \;\; \frac{\partial \boxed{y_2}}{\boxed{p_1}} \;\; \cdots \;\; "
        r"\frac{\partial \boxed{y_n}}{\boxed{p_1}}",
        r"\frac{\partial y_1}{\partial p_1} \;\; \frac{\partial \boxed{y_1}}{\partial \boxed{p_2}} \;\; "
        r"\cdots \;\; \frac{\partial \boxed{y_1}}{\partial \boxed{p_n}}",
    ),
    Finding(
        6,
        "1(a)",
        "T",
        "{sheet}`4`",
        r"\frac{\partial y_2}{p_{\boxed{2}}}",
        r"\frac{\partial y_2}{\partial p_{\boxed{n}}}",
    ),
    Finding(
        7,
        "1(a)",
        "T",
        "{sheet}`4`",
        r"\begin{matrix} \sigma'(p_1) & 0 & \cdots & 0 & \\ 0 & \sigma'(p_2) & 0 & \cdots & \boxed{0} "
        r"\end{matrix}",
        r"\begin{matrix} \sigma'(p_1) & 0 & \cdots & 0 \\ 0 & \sigma'(p_2) & \cdots & 0 \end{matrix}",
    ),
    Finding(
        8,
        "1(a)",
        "I",
        "{sheet}`4`",
        right=r"\frac{\partial y_i}{\partial p_j} = 0 \;\; (i \ne j), \;\; "
        r"\sigma' = \sigma \cdot (1 - \sigma)",
    ),
    Finding(
        9,
        "1(b)",
        "A",
        "the question",
        right=r"h_0 = \sigma(W h_{\boxed{-1}} + U x_0)",
        in_question=True,
    ),
    Finding(
        10,
        "1(b)",
        "E",
        "the question's double sum",
        r"\sum_{t=0}^{T} \sum_{k=\boxed{1}}^{t}",
        r"\sum_{t=0}^{T} \sum_{k=\boxed{0}}^{t}",
        in_question=True,
    ),
    Finding(
        11,
        "1(b)",
        "T",
        "{sheet}`6`",
        r"\sigma(W h_0 \boxed{,} + U x_1)",
        r"\sigma(W h_0 + U x_1)",
    ),
    Finding(
        12,
        "1(b)",
        "T",
        "{sheet}`7`, the end of its first line",
        r"\cdots + \frac{\partial L_t}{\partial h_t} \frac{\partial h_t}{\partial h_{\boxed{1}}} "
        r"\frac{\partial h_{\boxed{1}}}{\partial W}",
        r"\cdots + \frac{\partial L_t}{\partial h_t} \frac{\partial h_t}{\partial h_{\boxed{0}}} "
        r"\frac{\partial^{+} h_{\boxed{0}}}{\partial W}",
    ),
    Finding(
        13,
        "1(b)",
        "N",
        "the question, and {sheet}`7-11`",
        r"\frac{\boxed{\partial}\, h_k}{\partial W}",
        r"\frac{\boxed{\partial^{+}} h_k}{\partial W}",
        in_question=True,
    ),
    Finding(
        14,
        "1(b)",
        "I",
        "{sheet}`7`",
        right=r"\frac{\partial h_t}{\partial W} = \frac{\partial^{+} h_t}{\partial W} "
        r"+ \frac{\partial h_t}{\partial h_{t-1}} \frac{\partial h_{t-1}}{\partial W}",
    ),
    Finding(
        15,
        "1(b)",
        "N",
        "the question, and {sheet}`7-11`",
        r"\frac{\partial h_t}{\partial h_k}",
        r"\Bigl(\frac{\partial h_t}{\partial h_k}\Bigr)_{\boxed{ab}} "
        r"= \frac{\partial (h_t)_{\boxed{a}}}{\partial (h_k)_{\boxed{b}}}",
        in_question=True,
    ),
    Finding(
        16,
        "2(a)",
        "T",
        "{sheet}`9`, and the words before it",
        r"(\boxed{7}), \;\; \sum_{t=0}^{\boxed{T=3}}",
        r"(\boxed{8}), \;\; \sum_{t=0}^{\boxed{3}}",
    ),
    Finding(
        17,
        "2(a)",
        "E",
        "{sheet}`10`",
        r"\frac{\partial h_t}{\partial h_{t-1}} \in \mathbb{R}^{n \times\, \boxed{d}}",
        r"\frac{\partial h_t}{\partial h_{t-1}} \in \mathbb{R}^{n \times\, \boxed{n}}",
    ),
    Finding(
        18,
        "2(a)",
        "E",
        "the question, and {sheet}`11`",
        r"\bigl(\operatorname{diag}(\sigma')\, W\bigr)^{\boxed{t-k}}",
        r"\boxed{D_t W \cdots D_{k+1} W}",
        in_question=True,
        head="printed and said, as one formula",
    ),
    Finding(
        19,
        "2(a)",
        "I",
        "the question, and the remark after {sheet}`11`",
        r"\boxed{3}",
        r"\boxed{t - k}",
        in_question=True,
    ),
    Finding(
        46,
        "2(a)",
        "T",
        "the words before the questions of exercise 2",
        "igenvalues",
        "eigenvalues",
        in_question=True,
        are_words=True,
    ),
    Finding(
        20,
        "2(b)",
        "I",
        "{sheet}`14`",
        right=r"\boxed{Q^{-1} Q = I}, \;\; \boxed{\Lambda^n = \operatorname{diag}(\lambda_1^n, \dots)}",
    ),
    Finding(
        21,
        "2(b)",
        "T",
        "the words after {sheet}`14`",
        r"\prod_{i=1}^{n} M = Q \Lambda^{\boxed{t}} Q^{-1}",
        r"\prod_{i=1}^{n} M = Q \Lambda^{\boxed{n}} Q^{-1}",
    ),
    Finding(22, "2(b)", "R", "the question", in_question=True),
    Finding(47, "2(b)", "T", "the question", "Proof", "Prove", in_question=True, are_words=True),
    Finding(
        23,
        "2(c)",
        "T",
        "the question",
        r"Q = \begin{bmatrix} -0.6 & -0.8 \\ -0.8 & \boxed{0.5} \end{bmatrix}",
        r"Q = \begin{bmatrix} -0.6 & -0.8 \\ -0.8 & \boxed{0.6} \end{bmatrix}",
        in_question=True,
    ),
    Finding(
        24,
        "2(c)",
        "T",
        "{sheet}`15`",
        r"(W^{30})_{11} \;\boxed{=}\; 0.01526\boxed{0}",
        r"(W^{30})_{11} \;\boxed{\approx}\; 0.01526\boxed{1}",
    ),
    Finding(
        25,
        "2(c)",
        "I",
        "answer 1",
        right=r"W^{30} \approx 0.9^{30}\, v v^{\mathsf T}",
    ),
    Finding(26, "2(c)", "T", "answers 2 and 3", r"\boxed{\Lambda}", r"\boxed{\Lambda^n}"),
    Finding(27, "2(c)", "I", "answer 2"),
    Finding(
        28,
        "2(c)",
        "I",
        "answer 3",
        r"\boxed{\forall}\, i : \; \lvert \lambda_i \rvert > 1",
        r"\boxed{\exists}\, i : \; \lvert \lambda_i \rvert > 1",
        head=SAID,
    ),
    Finding(
        29,
        "2(c)",
        "E",
        "answer 3",
        r"\lvert \boxed{(W^n)_{ab}} \rvert \to \infty",
        r"\boxed{\lVert W^n \rVert} \to \infty",
        head=SAID,
    ),
    Finding(
        30,
        "2(c)",
        "E",
        "answer 4",
        r"\boxed{\lvert \lambda_i \rvert} = 1 \implies W^n = W",
        r"\boxed{\Lambda = I} \implies W^n = W",
        head=SAID,
    ),
    Finding(
        31,
        "2(c)",
        "I",
        "the questions of exercise 2, and the answer",
        r"\boxed{W W \cdots W}",
        r"\boxed{D_t W\, D_{t-1} W \cdots D_1 W}",
        in_question=True,
        head=SAID,
    ),
    Finding(48, "2(c)", "T", "answers 1 and 3", "得; 打于", "的; 大于", are_words=True),
    Finding(
        32,
        "3(a)",
        "I",
        "the forget gate",
        r"f_t : \; x_t",
        r"f_t : \; \boxed{h_{t-1}}, x_t",
        head=SAID,
    ),
    Finding(
        33,
        "3(a)",
        "I",
        "the input gate",
        r"i_t : \; \boxed{x_t}",
        r"i_t \odot \boxed{\tilde C_t}",
        head=SAID,
    ),
    Finding(
        34,
        "3(a)",
        "I",
        "the output gate",
        r"o_t : \; \boxed{C_t}",
        r"o_t \odot \boxed{\tanh C_t}",
        head=SAID,
    ),
    Finding(35, "3(b)", "R", "the answer"),
    Finding(36, "3(b)", "R", "the answer"),
    Finding(
        37,
        "3(b)",
        "N",
        "the question",
        r"\frac{\partial L}{\partial \theta}, \;\; \frac{\partial L}{\partial \boxed{W}}",
        r"\frac{\partial L}{\partial \theta}, \;\; \frac{\partial L}{\partial \boxed{\theta}}",
        in_question=True,
    ),
    Finding(
        38,
        "3(b)",
        "E",
        "the question's last remark",
        r"\frac{\partial f_t}{\partial \boxed{W}} \approx 0",
        r"\frac{\partial f_t}{\partial \boxed{h_{t-1}}} \approx 0",
        in_question=True,
        head=SAID,
    ),
    Finding(
        39,
        "3(b)",
        "E",
        "the question's formula",
        r"\frac{\partial L_t}{\partial \boxed{C_t}} \frac{\partial \boxed{C_t}}{\partial \boxed{C_k}} "
        r"\frac{\partial \boxed{C_k}}{\partial W}",
        r"\frac{\partial L_t}{\partial \boxed{s_t}} \frac{\partial \boxed{s_t}}{\partial \boxed{s_k}} "
        r"\frac{\partial^{+} \boxed{s_k}}{\partial W}",
        in_question=True,
    ),
    Finding(
        49,
        "3(b)",
        "N",
        "the question's formula",
        r"\frac{\boxed{\partial}\, C_k}{\partial W}",
        r"\frac{\boxed{\partial^{+}} C_k}{\partial W}",
        in_question=True,
    ),
    Finding(
        40,
        "3(c)",
        "E",
        "the question, and {sheet}`16`",
        r"\prod_{i=k+1}^{t} \frac{\partial C_{\boxed{t}}}{\partial C_{\boxed{t-1}}}",
        r"\prod_{i=k+1}^{t} \frac{\partial C_{\boxed{i}}}{\partial C_{\boxed{i-1}}}",
        in_question=True,
    ),
    Finding(
        41,
        "3(c)",
        "A",
        "the question",
        r"\frac{\partial \boxed{C_t}}{\partial \boxed{C_k}}",
        r"\frac{\partial \boxed{s_t}}{\partial \boxed{s_k}}",
        in_question=True,
    ),
    Finding(
        42,
        "3(c)",
        "E",
        "{sheet}`16`",
        r"\frac{\partial C_t}{\partial C_k} = \boxed{1}",
        r"\frac{\partial C_t}{\partial C_k} = \boxed{I_n}",
    ),
    Finding(43, "3(c)", "R", "the question", in_question=True),
    Finding(44, "3(c)", "R", "the answer"),
    Finding(45, "Notation", "N", "the questions and the answers", in_question=True),
]
FINDINGS = {one.number: one for one in ROWS}


def counts() -> dict[str, int]:
    """Return how many findings there are, of each kind, in questions, and of these all that can be inherited.

    Those of kind E are what the sheet states and a machine refutes. An answer inherits no remark and no slip
    of spelling.

    Examples
    --------
    >>> {name: counts()[name] for name in ("count", "count-E", "count-S", "count-inherited")}
    {'count': 49, 'count-E': 9, 'count-S': 19, 'count-inherited': 15}
    """
    kinds = [one.kind for one in ROWS]
    in_question = [one for one in ROWS if one.in_question]
    return {
        "count": len(ROWS),
        **{f"count-{kind}": kinds.count(kind) for kind in KINDS},
        "count-S": len(in_question),
        "count-inherited": sum(one.kind != "R" and not one.are_words for one in in_question),
    }
