"""The peak memory of one LSTM forward and backward pass, in a process of its own.

``python memory.py ours|torch N STEPS BATCH`` prints the bytes by which the peak stands above what the process
held just before. The peak is VmHWM, Linux's own record for this program: resource.getrusage would count the
memory of the process that started this one.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np


def kilobytes(field: str) -> int:
    """Return one of the kernel's numbers about this process."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith(field + ":"))


def pass_of(who: str, n: int):
    """Return a function that runs forwards and backwards on inputs and a loss's terms, (steps, batch, n)."""
    rng = np.random.default_rng(0)
    weights = [rng.normal(size=shape) / np.sqrt(n) for shape in [(4 * n, n), (4 * n, n), (4 * n,), (4 * n,)]]
    if who == "ours":
        from rnn_solutions import LSTM

        net = LSTM(*weights)
        return lambda x, dL_dh: net.backward(net.forward(x), dL_dh)
    import torch

    torch.set_num_threads(1)
    module = torch.nn.LSTM(n, n, dtype=torch.float64)

    def work(x, dL_dh):
        x = torch.from_numpy(x).requires_grad_()
        module(x)[0].backward(torch.from_numpy(dL_dh))
        return x.grad, [parameter.grad for parameter in module.parameters()]

    return work


def main() -> None:
    """Measure and print."""
    who, (n, steps, batch) = sys.argv[1], map(int, sys.argv[2:])
    work = pass_of(who, n)
    x, dL_dh = np.random.default_rng(1).normal(size=(2, steps, batch, n))
    work(x[:2], dL_dh[:2])  # loads what is loaded late
    before = kilobytes("VmRSS")
    kept = work(x, dL_dh)
    print(1024 * (kilobytes("VmHWM") - before))
    del kept


if __name__ == "__main__":
    main()
