"""What a reader must know of the machine and the libraries to read a ratio."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_info

AVX_512 = {"X86_V4", "AVX512_SKX"}  # as numpy calls it from 2.4 on, and before


def description() -> dict[str, object]:
    """Return processor, versions, and for numpy its CPU features, its BLAS's kernel and its threads."""
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
        "CPU features": cpu_features(),
        "NPY_DISABLE_CPU_FEATURES": os.environ.get("NPY_DISABLE_CPU_FEATURES", ""),
        "threads": max(pool["num_threads"] for pool in threadpool_info()),
        "processors": len(os.sched_getaffinity(0)),
    }


def cpu_features() -> list[str]:
    """Return what numpy's own loops use of the processor beyond what every one has."""
    return list(np.show_config(mode="dicts")["SIMD Extensions"]["found"])


def has_avx_512() -> bool:
    """Say whether numpy's loops use AVX-512: without it an exp or tanh takes some five times as long."""
    return not AVX_512.isdisjoint(cpu_features())


def _processor() -> str:
    """Return the processor's model, which Linux tells in full."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor()
