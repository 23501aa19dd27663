"""The stored trainings: how the loss went in each, and what of it counts as success."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

PACKAGE = Path(__file__).parents[1]
GUESSES = {"adding": 1 / 6, "copying": float(np.log(4)), "sign": float(np.log(2))}
LAST = 3  # blocks whose median is the loss at the end


@dataclass(frozen=True)
class Trainings:
    """Some trainings of each arm: with the same seed all saw the same sequences."""

    about: Mapping[str, Any]  # the settings of the arms by name, the seeds, the updates of a block
    curves: Mapping[str, NDArray[np.float64]]  # (seeds, blocks), the median loss of each block of updates

    def solved(self, arm: str) -> NDArray[np.bool_]:
        """Return which trainings ended below a tenth of the loss of a guess."""
        return np.asarray(np.median(self.curves[arm][:, -LAST:], axis=1) < self._guess(arm) / 10)

    def solved_by(self, arm: str, update: int) -> NDArray[np.bool_]:
        """Return which trainings were below a tenth of the guess in the block that ends with an update."""
        return np.asarray(self.curves[arm][:, update // self.about["block"] - 1] < self._guess(arm) / 10)

    def halved(self, arm: str) -> NDArray[np.float64]:
        """Return the updates until the loss was below half the guess; infinite where it never was."""
        below = self.curves[arm] < self._guess(arm) / 2
        return np.where(below.any(axis=1), (below.argmax(axis=1) + 1.0) * self.about["block"], np.inf)

    def _guess(self, arm: str) -> float:
        return GUESSES[self.about["arms"][arm]["task"]]


def data_file() -> Path:
    """Return where the stored trainings lie, in the repository or in an installed package."""
    installed = PACKAGE / "pages" / "trainings.npz"
    return installed if installed.is_file() else PACKAGE.parent / "docs" / "_data" / "trainings.npz"


def read_trainings(file: Path) -> Trainings:
    """Return the trainings that a file holds."""
    with np.load(file) as arrays:
        about = json.loads(str(arrays["about"]))
        return Trainings(about, {arm: arrays[arm].astype(float) for arm in about["arms"]})


@lru_cache(maxsize=1)
def stored() -> Trainings:
    """Return the trainings that the pages rest on."""
    return read_trainings(data_file())
