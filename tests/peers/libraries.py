"""One step of the layers of other libraries, as their sources have it, on arrays as they keep them.

Nothing of the package is used. `ops` is as in `recursion`, so that numpy and torch both go through it. Each
draws its own arrays, with names as the library gives them, and returns the next (h,) or (h, C).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from recursion import Ops

N, D = 3, 2


def parts(array: Any, count: int) -> list[Any]:
    """Return equal parts along the last axis."""
    n = array.shape[-1] // count
    return [array[..., j * n : (j + 1) * n] for j in range(count)]


def cell(ops: Ops, i: Any, f: Any, g: Any, o: Any, C: Any) -> tuple[Any, Any]:
    """Return (h, C) of an LSTM from the arguments of its gates."""
    C = ops.sigmoid(f) * C + ops.sigmoid(i) * ops.tanh(g)
    return ops.sigmoid(o) * ops.tanh(C), C


def torch_lstm(ops: Ops, p: Any, x: Any, h: Any, C: Any) -> tuple[Any, ...]:
    z = x @ p["weight_ih"].T + p["bias_ih"] + h @ p["weight_hh"].T + p["bias_hh"]
    return cell(ops, *parts(z, 4), C)


def torch_gru(ops: Ops, p: Any, x: Any, h: Any) -> tuple[Any, ...]:
    r_x, z_x, n_x = parts(x @ p["weight_ih"].T + p["bias_ih"], 3)
    r_h, z_h, n_h = parts(h @ p["weight_hh"].T + p["bias_hh"], 3)
    z = ops.sigmoid(z_x + z_h)
    return ((1 - z) * ops.tanh(n_x + ops.sigmoid(r_x + r_h) * n_h) + z * h,)


def torch_rnn(ops: Ops, p: Any, x: Any, h: Any) -> tuple[Any, ...]:
    return (ops.tanh(x @ p["weight_ih"].T + p["bias_ih"] + h @ p["weight_hh"].T + p["bias_hh"]),)


def keras_rnn(ops: Ops, p: Any, x: Any, h: Any) -> tuple[Any, ...]:
    return (ops.tanh(x @ p["kernel"] + h @ p["recurrent_kernel"] + p["bias"]),)


def keras_lstm(ops: Ops, p: Any, x: Any, h: Any, C: Any) -> tuple[Any, ...]:
    i, f, c, o = parts(x @ p["kernel"] + h @ p["recurrent_kernel"] + p["bias"], 4)
    return cell(ops, i, f, c, o, C)


def keras_gru(ops: Ops, p: Any, x: Any, h: Any) -> tuple[Any, ...]:
    """With reset_after=True and its two biases."""
    x_z, x_r, x_h = parts(x @ p["kernel"] + p["bias"][0], 3)
    h_z, h_r, h_h = parts(h @ p["recurrent_kernel"] + p["bias"][1], 3)
    z = ops.sigmoid(x_z + h_z)
    return (z * h + (1 - z) * ops.tanh(x_h + ops.sigmoid(x_r + h_r) * h_h),)


def keras_gru_before(ops: Ops, p: Any, x: Any, h: Any) -> tuple[Any, ...]:
    """With reset_after=False and its one bias."""
    x_z, x_r, x_h = parts(x @ p["kernel"] + p["bias"], 3)
    R_z, R_r, R_h = parts(p["recurrent_kernel"], 3)
    z, r = ops.sigmoid(x_z + h @ R_z), ops.sigmoid(x_r + h @ R_r)
    return (z * h + (1 - z) * ops.tanh(x_h + (r * h) @ R_h),)


def cudnn_kernels(p: Any, gates: int) -> tuple[list[Any], list[Any]]:
    """Return cuDNN's own (n, d) and (n, n) matrices, which Keras keeps in arrays of other shapes."""
    n = p["recurrent_kernel"].shape[0]
    return [part.reshape(-1).reshape(n, -1) for part in parts(p["kernel"], gates)], parts(
        p["recurrent_kernel"], gates
    )


def keras_cudnn_lstm(ops: Ops, p: Any, x: Any, h: Any, C: Any) -> tuple[Any, ...]:
    biases = parts(p["bias"], 8)
    Ws, Rs = cudnn_kernels(p, 4)
    z = [x @ Ws[j].T + h @ Rs[j].T + biases[j] + biases[4 + j] for j in range(4)]
    return cell(ops, *z, C)


def keras_cudnn_gru(ops: Ops, p: Any, x: Any, h: Any) -> tuple[Any, ...]:
    biases = parts(p["bias"], 6)
    Ws, Rs = cudnn_kernels(p, 3)
    x_z, x_r, x_h = (x @ Ws[j].T + biases[j] for j in range(3))
    h_z, h_r, h_h = (h @ Rs[j].T + biases[3 + j] for j in range(3))
    z = ops.sigmoid(x_z + h_z)
    return (z * h + (1 - z) * ops.tanh(x_h + ops.sigmoid(x_r + h_r) * h_h),)


def onnx_rnn(ops: Ops, p: Any, x: Any, h: Any) -> tuple[Any, ...]:
    W_b, R_b = parts(p["B"][0], 2)
    return (ops.tanh(x @ p["W"][0].T + h @ p["R"][0].T + W_b + R_b),)


def onnx_lstm(ops: Ops, p: Any, x: Any, h: Any, C: Any) -> tuple[Any, ...]:
    W_b, R_b = parts(p["B"][0], 2)
    i, o, f, c = parts(x @ p["W"][0].T + h @ p["R"][0].T + W_b + R_b, 4)
    return cell(ops, i, f, c, o, C)


def onnx_gru(ops: Ops, p: Any, x: Any, h: Any) -> tuple[Any, ...]:
    """With linear_before_reset=0."""
    W_b, R_b = (parts(half, 3) for half in parts(p["B"][0], 2))
    x_z, x_r, x_h = parts(x @ p["W"][0].T, 3)
    R_z, R_r, R_h = parts(p["R"][0].T, 3)
    z = ops.sigmoid(x_z + h @ R_z + W_b[0] + R_b[0])
    r = ops.sigmoid(x_r + h @ R_r + W_b[1] + R_b[1])
    return ((1 - z) * ops.tanh(x_h + (r * h) @ R_h + W_b[2] + R_b[2]) + z * h,)


def flax_lstm(ops: Ops, p: Any, x: Any, h: Any, C: Any) -> tuple[Any, ...]:
    z = [
        x @ p[f"i{gate}{'_' if gate == 'f' else ''}/kernel"] + h @ p[f"h{gate}/kernel"] + p[f"h{gate}/bias"]
        for gate in "ifgo"
    ]
    return cell(ops, *z, C)


def flax_optimized_lstm(ops: Ops, p: Any, x: Any, h: Any, C: Any) -> tuple[Any, ...]:
    return cell(ops, *parts(x @ p["dense_i/kernel"] + h @ p["dense_h/kernel"] + p["dense_h/bias"], 4), C)


def flax_gru(ops: Ops, p: Any, x: Any, h: Any) -> tuple[Any, ...]:
    r_x, z_x, n_x = parts(x @ p["dense_i/kernel"] + p["dense_i/bias"], 3)
    r_h, z_h, n_h = parts(h @ p["dense_h/kernel"], 3)
    z = ops.sigmoid(z_x + z_h)
    return ((1.0 - z) * ops.tanh(n_x + ops.sigmoid(r_x + r_h) * n_h) + z * h,)


def flax_linen_gru(ops: Ops, p: Any, x: Any, h: Any) -> tuple[Any, ...]:
    r_x, z_x, n_x = (x @ p[f"i{gate}/kernel"] + p[f"i{gate}/bias"] for gate in "rzn")
    r_h, z_h, n_h = (h @ p[f"h{gate}/kernel"] for gate in "rzn")
    z = ops.sigmoid(z_x + z_h)
    return ((1.0 - z) * ops.tanh(n_x + ops.sigmoid(r_x + r_h) * (n_h + p["hn/bias"])) + z * h,)


def equinox_lstm(ops: Ops, p: Any, x: Any, h: Any, C: Any) -> tuple[Any, ...]:
    return cell(ops, *parts(x @ p["weight_ih"].T + h @ p["weight_hh"].T + p["bias"], 4), C)


def equinox_gru(ops: Ops, p: Any, x: Any, h: Any) -> tuple[Any, ...]:
    r_x, z_x, n_x = parts(x @ p["weight_ih"].T + p["bias"], 3)
    r_h, z_h, n_h = parts(h @ p["weight_hh"].T, 3)
    new = ops.tanh(n_x + ops.sigmoid(r_x + r_h) * (n_h + p["bias_n"]))
    return (new + ops.sigmoid(z_x + z_h) * (h - new),)


def haiku_lstm(ops: Ops, p: Any, x: Any, h: Any, C: Any) -> tuple[Any, ...]:
    i, g, f, o = parts(ops.join([x, h]) @ p["w"] + p["b"], 4)
    return cell(ops, i, f + 1, g, o, C)


def haiku_gru(ops: Ops, p: Any, x: Any, h: Any) -> tuple[Any, ...]:
    """Its update gate says how much is new."""
    z_x, r_x, a_x = parts(x @ p["w_i"] + p["b"], 3)
    R_z, R_r, R_a = parts(p["w_h"], 3)
    z, r = ops.sigmoid(z_x + h @ R_z), ops.sigmoid(r_x + h @ R_r)
    return ((1 - z) * h + z * ops.tanh(a_x + (r * h) @ R_a),)


def mlx_lstm(ops: Ops, p: Any, x: Any, h: Any, C: Any) -> tuple[Any, ...]:
    return cell(ops, *parts(x @ p["Wx"].T + h @ p["Wh"].T + p["bias"], 4), C)


def mlx_old_lstm(ops: Ops, p: Any, x: Any, h: Any, C: Any) -> tuple[Any, ...]:
    return cell(ops, *parts(x @ p["Wx"] + h @ p["Wh"] + p["bias"], 4), C)


def mlx_gru(ops: Ops, p: Any, x: Any, h: Any) -> tuple[Any, ...]:
    r_x, z_x, n_x = parts(x @ p["Wx"].T + p["b"], 3)
    r_h, z_h, n_h = parts(h @ p["Wh"].T, 3)
    z = ops.sigmoid(z_x + z_h)
    return ((1 - z) * ops.tanh(n_x + ops.sigmoid(r_x + r_h) * (n_h + p["bhn"])) + z * h,)


def tensorflow1_lstm(ops: Ops, p: Any, x: Any, h: Any, C: Any) -> tuple[Any, ...]:
    i, j, f, o = parts(ops.join([x, h]) @ p["kernel"] + p["bias"], 4)
    return cell(ops, i, f + 1.0, j, o, C)


def _torch(gates: int) -> dict[str, tuple[int, ...]]:
    rows = gates * N
    return {"weight_ih": (rows, D), "weight_hh": (rows, N), "bias_ih": (rows,), "bias_hh": (rows,)}


def _keras(gates: int, *bias: int) -> dict[str, tuple[int, ...]]:
    return {"kernel": (D, gates * N), "recurrent_kernel": (N, gates * N), "bias": bias}


def _onnx(gates: int) -> dict[str, tuple[int, ...]]:
    return {"W": (1, gates * N, D), "R": (1, gates * N, N), "B": (1, 2 * gates * N)}


FLAX_LSTM = {f"i{gate}/kernel": (D, N) for gate in ("i", "f_", "g", "o")}
FLAX_LSTM |= {f"h{gate}/kernel": (N, N) for gate in "ifgo"} | {f"h{gate}/bias": (N,) for gate in "ifgo"}
FLAX_OPTIMIZED = {"dense_i/kernel": (D, 4 * N), "dense_h/kernel": (N, 4 * N), "dense_h/bias": (4 * N,)}
FLAX_GRU = {"dense_i/kernel": (D, 3 * N), "dense_h/kernel": (N, 3 * N), "dense_i/bias": (3 * N,)}
FLAX_LINEN = {f"i{gate}/kernel": (D, N) for gate in "rzn"} | {f"i{gate}/bias": (N,) for gate in "rzn"}
FLAX_LINEN |= {f"h{gate}/kernel": (N, N) for gate in "rzn"} | {"hn/bias": (N,)}

# By the layout and what distinguishes it: the step, the class here, and the shapes of the arrays.
LIBRARIES = {
    ("pytorch", "RNN"): (torch_rnn, "RNN", _torch(1)),
    ("pytorch", "LSTM"): (torch_lstm, "LSTM", _torch(4)),
    ("pytorch", "GRU"): (torch_gru, "GRU", _torch(3)),
    ("keras", "RNN"): (keras_rnn, "RNN", _keras(1, N)),
    ("keras", "LSTM"): (keras_lstm, "LSTM", _keras(4, 4 * N)),
    ("keras", "GRU"): (keras_gru, "GRU", _keras(3, 2, 3 * N)),
    ("keras", "GRU, reset before"): (keras_gru_before, "GRU", _keras(3, 3 * N)),
    ("keras-cudnn", "LSTM"): (keras_cudnn_lstm, "LSTM", _keras(4, 8 * N)),
    ("keras-cudnn", "GRU"): (keras_cudnn_gru, "GRU", _keras(3, 6 * N)),
    ("onnx", "RNN"): (onnx_rnn, "RNN", _onnx(1)),
    ("onnx", "LSTM"): (onnx_lstm, "LSTM", _onnx(4)),
    ("onnx", "GRU"): (onnx_gru, "GRU", _onnx(3)),
    ("flax", "LSTM"): (flax_lstm, "LSTM", FLAX_LSTM),
    ("flax", "optimized LSTM"): (flax_optimized_lstm, "LSTM", FLAX_OPTIMIZED),
    ("flax", "GRU"): (flax_gru, "GRU", FLAX_GRU),
    ("flax", "linen GRU"): (flax_linen_gru, "GRU", FLAX_LINEN),
    ("equinox", "LSTM"): (
        equinox_lstm,
        "LSTM",
        {"weight_ih": (4 * N, D), "weight_hh": (4 * N, N), "bias": (4 * N,)},
    ),
    ("equinox", "GRU"): (
        equinox_gru,
        "GRU",
        {"weight_ih": (3 * N, D), "weight_hh": (3 * N, N), "bias": (3 * N,), "bias_n": (N,)},
    ),
    ("haiku", "LSTM"): (haiku_lstm, "LSTM", {"w": (D + N, 4 * N), "b": (4 * N,)}),
    ("haiku", "GRU"): (haiku_gru, "GRU", {"w_i": (D, 3 * N), "w_h": (N, 3 * N), "b": (3 * N,)}),
    ("mlx", "LSTM"): (mlx_lstm, "LSTM", {"Wx": (4 * N, D), "Wh": (4 * N, N), "bias": (4 * N,)}),
    ("mlx", "first LSTM"): (mlx_old_lstm, "LSTM", {"Wx": (D, 4 * N), "Wh": (N, 4 * N), "bias": (4 * N,)}),
    ("mlx", "GRU"): (mlx_gru, "GRU", {"Wx": (3 * N, D), "Wh": (3 * N, N), "b": (3 * N,), "bhn": (N,)}),
    ("tensorflow1", "LSTM"): (tensorflow1_lstm, "LSTM", {"kernel": (D + N, 4 * N), "bias": (4 * N,)}),
}


def drawn(key: tuple[str, str], seed: int = 31) -> dict[str, np.ndarray]:
    """Draw the arrays of a layer."""
    rng = np.random.default_rng(seed)
    return {name: rng.normal(size=shape) for name, shape in LIBRARIES[key][2].items()}


def outputs(ops: Ops, key: tuple[str, str], p: Any, x: Any, zeros: Any) -> list[Any]:
    """Return h after every step, from a state of zeros."""
    step, kind, _ = LIBRARIES[key]
    state = (zeros, zeros) if kind == "LSTM" else (zeros,)
    found = []
    for x_t in x:
        state = step(ops, p, x_t, *state)
        found.append(state[0])
    return found
