"""The script behind a page's data and what it stored; a test module names them SCRIPT and DATA."""

import importlib.util
import sys

import numpy as np
import pytest


@pytest.fixture(scope="module")
def script(request):
    path = request.module.SCRIPT
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where a dataclass looks for its own annotations
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def stored(request):
    with np.load(request.module.DATA) as file:
        return dict(file)
