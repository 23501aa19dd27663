"""Weights of other libraries give what these compute, and a wrong order is told by its effect."""

from functools import partial
from itertools import permutations

import numpy as np
import pytest

from drawn import Leaky
from libraries import LIBRARIES, D, N, drawn, outputs
from recursion import Ops
from rnn_solutions.networks.gru import GRU
from rnn_solutions.networks.layouts import LAYOUTS, Source
from rnn_solutions.networks.lstm import LSTM
from rnn_solutions.networks.rnn import RNN

CLASSES = {"RNN": RNN, "LSTM": LSTM, "GRU": GRU}
OPS = Ops(
    lambda z: 1 / (1 + np.exp(-z)), np.tanh, lambda z: np.maximum(z, 0), lambda a: np.concatenate(a, axis=-1)
)
EVERY = pytest.mark.parametrize("key", LIBRARIES, ids=" ".join)
X = np.random.default_rng(30).normal(size=(6, D))


def kind_of(key):
    return CLASSES[LIBRARIES[key][1]]


def output_of(key, arrays, x=X):
    return np.array(outputs(OPS, key, arrays, x, np.zeros((*x.shape[1:-1], N))))


def nested(arrays):
    """Return names with slashes as dicts within dicts, below the name of a layer, another layer beside it."""
    found = {}
    for name, array in arrays.items():
        *folders, last = name.split("/")
        node = found
        for folder in folders:
            node = node.setdefault(folder, {})
        node[last] = array
    return {"decoder": {"cell": found}, "dense": {"kernel_0": np.ones(2), "bias": np.ones(3)}}


def test_every_layout_is_tried():
    assert {layout for layout, _ in LIBRARIES} == set(LAYOUTS)
    tried = {(layout, LIBRARIES[layout, kind][1]) for layout, kind in LIBRARIES}
    kinds = {1: "RNN", 3: "GRU", 4: "LSTM"}
    assert tried == {(name, kinds[gates]) for name, one in LAYOUTS.items() for gates in one.conventions}


@EVERY
def test_the_network_computes_what_the_librarys_own_step_does(key):
    """To rounding; the gates have other weights each, so that none can be taken for another."""
    arrays = drawn(key)

    net = kind_of(key).from_weights(arrays, layout=key[0])

    assert (net.n, net.d) == (N, D)
    np.testing.assert_allclose(net.forward(X).h, output_of(key, arrays), rtol=1e-12, atol=1e-14)


@EVERY
def test_names_may_be_nested_below_others_and_numbered_and_float32_stays(key):
    arrays = {name: array.astype(np.float32) for name, array in drawn(key).items()}
    expected = kind_of(key).from_weights(arrays, layout=key[0])

    if key[0] != "pytorch":
        for given, prefix in ((nested(arrays), ""), (nested(arrays), "decoder.cell.")):
            net = kind_of(key).from_weights(given, layout=key[0], prefix=prefix)
            np.testing.assert_array_equal(net.forward(X).h, expected.forward(X).h)
        numbered = {f"decoder/{name}:0": array for name, array in arrays.items()}
        net = kind_of(key).from_weights(numbered, layout=key[0], prefix="decoder/")
        np.testing.assert_array_equal(net.forward(X).h, expected.forward(X).h)
    assert expected.forward(X.astype(np.float32)).h.dtype == np.float32


@EVERY
def test_biases_may_be_missing(key):
    """All together, where the library has layers without; then they are zeros."""
    arrays = {
        name: a
        for name, a in drawn(key).items()
        if name[0] != "b" and not name.endswith("/bias") and name != "B"
    }
    if key[0] == "keras-cudnn":
        return  # it always has them
    options = {"reset": "before"} if key == ("keras", "GRU, reset before") else {}

    net = kind_of(key).from_weights(arrays, layout=key[0], **options)

    zeros = {name: arrays.get(name, 0 * a) for name, a in drawn(key).items()}
    np.testing.assert_allclose(net.forward(X).h, output_of(key, zeros), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("layout", ["keras", "onnx"])
@pytest.mark.parametrize("kind", CLASSES)
def test_a_list_is_taken_in_the_librarys_order(layout, kind):
    """As get_weights() of Keras gives it, here for a batch; and by the numbers that files of Keras 3 have."""
    arrays = drawn((layout, kind))

    net = CLASSES[kind].from_weights(list(arrays.values()), layout=layout)

    x = np.random.default_rng(32).normal(size=(4, 5, D))
    np.testing.assert_allclose(net.forward(x).h, output_of((layout, kind), arrays, x), rtol=1e-12, atol=1e-14)
    if layout == "keras":
        files = {f"layers/{kind}/cell/vars/{number}": array for number, array in enumerate(arrays.values())}
        again = CLASSES[kind].from_weights(files, layout="keras")
        np.testing.assert_array_equal(again.forward(x).h, net.forward(x).h)


def test_each_direction_of_onnx_is_read_when_it_is_named():
    ones = [drawn(("onnx", "LSTM"), seed) for seed in (1, 2)]
    both = {name: np.concatenate([one[name] for one in ones]) for name in "WRB"}

    for reverse, arrays in zip((False, True), ones, strict=True):
        net = LSTM.from_weights(both, layout="onnx", reverse=reverse)
        np.testing.assert_allclose(net.forward(X).h, output_of(("onnx", "LSTM"), arrays), rtol=1e-12)
    with pytest.raises(ValueError, match=r"^reverse must be given: R holds 2 directions$"):
        LSTM.from_weights(both, layout="onnx")


@EVERY
@pytest.mark.parametrize("is_last", [False, True], ids=["all steps", "the last step"])
def test_the_right_layout_passes_the_check_by_effect(key, is_last):
    """Also where the library computes in single precision."""
    arrays = drawn(key)
    output = output_of(key, arrays).astype(np.float32)

    net = kind_of(key).from_weights(arrays, layout=key[0], x=X, output=output[-1] if is_last else output)

    np.testing.assert_allclose(net.forward(X).h, output, atol=1e-6)


@pytest.mark.parametrize("order", ["".join(order) for order in permutations("ifgo")][1:])
def test_any_order_of_the_gates_of_an_lstm_is_found(order):
    """One number of its output is enough, and the order that is named passes."""
    arrays = drawn(("pytorch", "LSTM"))
    place = [order.index(gate) for gate in "ifgo"]
    output = output_of(
        ("pytorch", "LSTM"), {k: a.reshape(4, N, -1)[place].reshape(a.shape) for k, a in arrays.items()}
    )

    with pytest.raises(
        ValueError, match=rf"gates in the order i f g o\) does not .*; what fits is order='{order}'"
    ):
        LSTM.from_weights(arrays, layout="pytorch", x=X[:1], output=output[:1])
    net = LSTM.from_weights(arrays, layout="pytorch", order=order, x=X, output=output)
    np.testing.assert_allclose(net.forward(X).h, output, rtol=1e-12)


@pytest.mark.parametrize(
    ("stored", "asked", "message"),
    [
        (("onnx", "LSTM"), "pytorch", r"what fits is order='iofg', as in onnx$"),
        (("onnx", "GRU"), "pytorch", r"what fits is order='zrn', reset='before', as in onnx$"),
        (("keras", "GRU"), "pytorch", r"what fits is order='zrn', reset='after', as in keras, keras-cudnn$"),
        (
            ("haiku", "LSTM"),
            "tensorflow1",
            "",
        ),
        (
            ("haiku", "GRU"),
            "pytorch",
            r"order='zrn', reset='before', with an update gate that says how much is new",
        ),
        (
            ("tensorflow1", "LSTM"),
            "pytorch",
            r"order='igfo', with 1 added to the bias of the forget gate, as in",
        ),
        (
            ("pytorch", "GRU"),
            "onnx",
            r"what fits is order='rzn', reset='after', as in pytorch, flax, equinox, mlx$",
        ),
    ],
)
def test_a_layout_whose_shapes_fit_is_told_by_its_effect(stored, asked, message):
    """The same blocks under the names of another library."""
    arrays = drawn(stored)
    output = output_of(stored, arrays)
    kind = kind_of(stored)
    as_read = LAYOUTS[stored[0]]
    gates = {"LSTM": 4, "GRU": 3}[stored[1]]
    stacked = as_read.read(Source(arrays, "", None, gates))
    biases = [np.zeros(gates * N) if b is None else b for b in (stacked.b_ih, stacked.b_hh)]
    other = {
        "pytorch": {
            "weight_ih_l0": stacked.W_ih,
            "weight_hh_l0": stacked.W_hh,
            "bias_ih_l0": biases[0],
            "bias_hh_l0": biases[1],
        },
        "onnx": {"W": stacked.W_ih[None], "R": stacked.W_hh[None], "B": np.concatenate(biases)[None]},
        "tensorflow1": {"kernel": np.hstack([stacked.W_ih, stacked.W_hh]).T, "bias": biases[0]},
    }[asked]

    if message:
        with pytest.raises(ValueError, match=rf"^layout '{asked}' .*{message}"):
            kind.from_weights(other, layout=asked, x=X, output=output)
    else:
        kind.from_weights(other, layout=asked, x=X, output=output)


def test_kernels_of_cudnn_read_as_keras_are_told_by_their_shape_and_those_of_no_bias_by_their_effect():
    arrays = drawn(("keras-cudnn", "LSTM"))

    with pytest.raises(ValueError, match=r"^bias must have shape \(12,\), got \(24,\)\nlayout 'keras-cudnn'"):
        LSTM.from_weights(arrays, layout="keras")
    halves = arrays | {"bias": arrays["bias"][:12] + arrays["bias"][12:]}
    with pytest.raises(ValueError, match=r"; nor does any other order of the gates$"):
        LSTM.from_weights(halves, layout="keras", x=X, output=output_of(("keras-cudnn", "LSTM"), arrays))


def test_where_the_arrays_fit_another_library_that_is_named():
    """Lists of Haiku's GRU have the shapes of Keras's, whose update gate says the contrary."""
    arrays = drawn(("haiku", "GRU"))
    output = output_of(("haiku", "GRU"), arrays)

    fits = r"^layout 'keras' \(gates in the order z r n, reset before\) .*; what fits is layout='haiku' \("
    with pytest.raises(ValueError, match=fits):
        GRU.from_weights(list(arrays.values()), layout="keras", x=X, output=output)
    with pytest.raises(ValueError, match=r"^layout 'haiku' is known for the GRU and the LSTM, got the RNN$"):
        RNN.from_weights(arrays, layout="haiku")


def test_an_order_of_the_layout_itself_is_named_before_another_library():
    """Of first versions of MLX, whose shapes are those of Keras; and of Haiku, which adds 1 on its own."""
    for layout, kind in (("mlx", "first LSTM"), ("haiku", "LSTM")):
        arrays = drawn((layout, kind))
        output = output_of((layout, kind), arrays)
        right = LAYOUTS[layout].conventions[4].order
        with pytest.raises(ValueError, match=rf"what fits is order='{right}', as in [a-z0-9, -]*$"):
            LSTM.from_weights(list(arrays.values()), layout=layout, order="fiog", x=X, output=output)


@pytest.mark.parametrize("kind", CLASSES)
def test_an_output_of_no_order_is_said_to_be_of_none(kind):
    arrays = drawn(("pytorch", kind))
    none = "layout" if kind == "RNN" else "order of the gates"

    with pytest.raises(
        ValueError,
        match=rf"off by [\d.e+]+ of its largest entry, first at step 0; nor does any other {none}$",
    ):
        CLASSES[kind].from_weights(arrays, layout="pytorch", x=X, output=np.full((6, N), 0.5))


def test_a_long_sequence_is_searched_by_its_first_steps_and_judged_by_all():
    """An output that goes wrong at the end fits no order."""
    arrays = drawn(("onnx", "LSTM"))
    x = np.random.default_rng(33).normal(size=(40, D))
    output = output_of(("onnx", "LSTM"), arrays, x)

    with pytest.raises(ValueError, match="what fits is order='iofg'"):
        LSTM.from_weights(arrays, layout="onnx", order="ifgo", x=x, output=output)
    with pytest.raises(ValueError, match="of its largest entry; what fits is order='iofg'"):
        LSTM.from_weights(arrays, layout="onnx", order="ifgo", x=x, output=output[-1])
    output[-1] += 0.1
    with pytest.raises(ValueError, match="first at step 39; nor does any other order"):
        LSTM.from_weights(arrays, layout="onnx", x=x, output=output)


def test_what_the_arrays_do_not_say_is_an_argument():
    arrays = drawn(("onnx", "GRU"))
    net = GRU.from_weights(
        arrays, layout="onnx", reset="after", activation="relu", gate_activation="hard_sigmoid_0.2"
    )

    assert (net.reset, net.activation, net.gate_activation) == ("after", "relu", "hard_sigmoid_0.2")
    assert RNN.from_weights(drawn(("keras", "RNN")), layout="keras").activation == "tanh"
    assert RNN.from_weights(drawn(("keras", "RNN")), layout="keras", activation="relu").activation == "relu"


KERAS, TF1, ONNX = (drawn((name, "LSTM")) for name in ("keras", "tensorflow1", "onnx"))


@pytest.mark.parametrize(
    ("arrays", "layout", "options", "message"),
    [
        (KERAS, "theano", {}, "layout must be one of 'pytorch', 'keras', .*, got 'theano'"),
        (
            KERAS | {"kernel": np.ones((2, 11))},
            "keras",
            {},
            r"kernel must have shape \(d, 12\), got \(2, 11\)",
        ),
        (
            KERAS | {"recurrent_kernel": np.ones((3, 9))},
            "keras",
            {},
            r"recurrent_kernel must have shape \(3, 12\), got \(3, 9\)",
        ),
        (KERAS | {"bias": np.ones(9)}, "keras", {}, r"bias must have shape \(12,\), got \(9,\)"),
        (
            ONNX | {"R": np.ones((12, 3))},
            "onnx",
            {},
            r"R must have shape \(directions, 4n, n\), got \(12, 3\)",
        ),
        (ONNX | {"W": np.ones((1, 2, 12))}, "onnx", {}, r"W must have shape \(1, 12, d\), got \(1, 2, 12\)"),
        (
            TF1 | {"kernel": np.ones((3, 12))},
            "tensorflow1",
            {},
            r"kernel must have shape \(d \+ n, 4n\), got \(3, 12\)",
        ),
        (
            TF1 | {"kernel": np.ones((5, 11))},
            "tensorflow1",
            {},
            r"kernel must have shape \(d \+ n, 4n\), got \(5, 11\)",
        ),
        (
            drawn(("mlx", "LSTM")) | {"Wh": np.ones((9, 3))},
            "mlx",
            {},
            r"Wh must have shape \(12, 3\), got \(9, 3\)",
        ),
        (
            {"bias": np.ones(4)},
            "keras",
            {},
            "arrays must hold recurrent_kernel or vars/1 once, none .* found bias",
        ),
        (
            {"kernel": np.ones(4), "recurrent_kernel": np.ones((3, 12))} | {"kernel": None},
            "keras",
            {},
            "arrays must hold kernel, found recurrent_kernel",
        ),
        (
            {"a": KERAS, "b": KERAS},
            "keras",
            {},
            r"arrays must hold recurrent_kernel .* once, found a/\.\.\., b/\.\.\.; name one by prefix=",
        ),
        ({}, "keras", {}, "arrays must hold recurrent_kernel .* found nothing"),
        (
            list(KERAS.values()) * 2,
            "keras",
            {},
            "arrays must be kernel, recurrent_kernel, bias in this order, .* got 6",
        ),
        (
            [KERAS["kernel"], [1.0]],
            "keras",
            {},
            r"arrays\[1\] \(recurrent_kernel\) must have shape \(n, 4n\), got",
        ),
        ("weights.h5", "keras", {}, "arrays must hold the arrays, got the path 'weights.h5': open it first"),
        (7, "keras", {}, "arrays must be a list of arrays or map names to them, got int"),
        (
            KERAS,
            "keras",
            {"order": "ifgg"},
            "order must name each gate of the LSTM once, as 'ifgo' does, got 'ifgg'",
        ),
        (KERAS, "keras", {"x": X}, "x and output must be given together, or neither"),
        (
            KERAS,
            "keras",
            {"x": X, "output": np.ones((6, 4))},
            r"output must have shape \(6, 3\) or \(3,\), got \(6, 4\)",
        ),
        (KERAS, "keras", {"x": X[:, :1], "output": X}, r"x must have shape \(T\+1, 2\)"),
        (KERAS, "keras", {"reset": "after"}, "LSTM must be made of .* by name: got an unexpected .* 'reset'"),
        (KERAS, "keras", {"prefix": 3}, "prefix must be a string, got 3"),
        (KERAS, "keras", {"reverse": 3}, "reverse must be True or False, got 3"),
        (
            TF1 | {"w_f_diag": np.ones(3)},
            "tensorflow1",
            {},
            "arrays must hold a layer without peepholes, got w_f_diag",
        ),
        (ONNX | {"P": np.ones((1, 9))}, "onnx", {}, "arrays must hold a layer without peepholes, got P"),
        (
            KERAS | {"layer_norm": {"gamma": np.ones(3)}},
            "keras",
            {},
            "arrays .* without a layer norm, got layer_norm/gamma",
        ),
        (
            TF1 | {"input/gamma": np.ones(3)},
            "tensorflow1",
            {},
            "arrays .* without a layer norm, got input/gamma",
        ),
        (
            TF1 | {"projection/kernel": np.ones((3, 2))},
            "tensorflow1",
            {},
            "arrays .* without a projection, got proj",
        ),
    ],
)
def test_what_cannot_be_read_says_why(arrays, layout, options, message):
    if isinstance(arrays, dict):
        arrays = {name: value for name, value in arrays.items() if value is not None}
    with pytest.raises(ValueError, match=f"^{message}"):
        LSTM.from_weights(arrays, layout=layout, **options)


def test_arrays_that_numpy_named_are_to_come_as_a_list():
    arrays = dict(zip(("arr_0", "arr_1", "arr_2"), KERAS.values(), strict=True))

    with pytest.raises(ValueError, match="found arr_0, arr_1, arr_2: numpy named these, so hand over a list"):
        LSTM.from_weights(arrays, layout="keras")
    assert LSTM.from_weights(list(arrays.values()), layout="keras").n == N


@pytest.mark.parametrize("name", ["weight_ci_l0", "peephole_f", "weight_co"])
def test_peepholes_are_refused_by_name_in_pytorchs_names_too(name):
    """What is called so elsewhere in a module is another layer's."""
    arrays = {f"rnn.{one}": array for one, array in drawn(("pytorch", "LSTM")).items()}

    for read in (LSTM.from_state_dict, partial(LSTM.from_weights, layout="pytorch")):
        with pytest.raises(ValueError, match=f"without peepholes, got rnn.{name}"):
            read(arrays | {f"rnn.{name}": np.ones(N)}, prefix="rnn.")
        assert read(arrays | {f"other.{name}": np.ones(N)}, prefix="rnn.").n == N


def test_a_network_of_ones_own_has_no_layout():
    with pytest.raises(ValueError, match="from_weights reads an RNN, an LSTM or a GRU"):
        Leaky.from_weights(KERAS, layout="keras")


def test_larger_modules_of_pytorch_are_asked_about():
    arrays = {
        f"{name}_l{layer}": array for name, array in drawn(("pytorch", "GRU")).items() for layer in (0, 1)
    }

    with pytest.raises(ValueError, match="layer must be given: mapping holds layer 0, layer 1"):
        GRU.from_weights(arrays, layout="pytorch")
