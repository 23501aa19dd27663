"""What a reader must know of the machine and the libraries to read a ratio."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path

from threadpoolctl import threadpool_info


def description() -> dict[str, object]:
    """Return processor, versions, and for numpy's BLAS its kernel and its threads."""
    blas = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
    numpys = next((pool for pool in blas if "numpy" in pool["filepath"]), blas[0])
    return {
        "processor": _processor(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "versions": {name: version(name) for name in ("numpy", "torch", "jax", "jaxlib")},
        "blas": f"{numpys['internal_api']} {numpys['version']}",
        "blas kernel": str(numpys.get("architecture", "not said")),
        "OPENBLAS_CORETYPE": os.environ.get("OPENBLAS_CORETYPE", ""),
        "threads": max(pool["num_threads"] for pool in threadpool_info()),
        "processors": len(os.sched_getaffinity(0)),
    }


def _processor() -> str:
    """Return the processor's model, which Linux tells in full."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor()
