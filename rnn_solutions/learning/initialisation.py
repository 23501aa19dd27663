r"""Networks drawn at random, as one would begin a training with them.

Everything that is not said to be otherwise is drawn uniformly within :math:`\pm 1 / \sqrt n`, biases
included, as PyTorch draws it.
"""

from __future__ import annotations

from math import prod

import numpy as np

from rnn_solutions._memory import require_size
from rnn_solutions._validation import Array, choice, generator, real_number, whole
from rnn_solutions.networks.activations import ACTIVATIONS
from rnn_solutions.networks.gru import GRU
from rnn_solutions.networks.lstm import LSTM
from rnn_solutions.networks.rnn import RNN

RECURRENT = ("uniform", "orthogonal", "identity")


def orthogonal_matrix(n: int, rng: np.random.Generator | int) -> Array:
    """Return a random orthogonal matrix, (n, n), no direction favoured over another.

    The Q of a QR decomposition of Gaussian numbers, its columns turned so that the diagonal of R is positive.
    Without that the result would not be uniform.
    """
    n, rng = whole("n", n, 1), generator(rng)
    require_size(f"an orthogonal matrix of n={n}", 4 * 8 * n**2)
    Q, R = np.linalg.qr(rng.normal(size=(n, n)))
    return np.asarray(Q * np.sign(np.diag(R)))


def draw_rnn(
    n: int,
    d: int,
    rng: np.random.Generator | int,
    recurrent: str = "uniform",
    activation: str = "tanh",
) -> RNN:
    r"""Return a recurrent network with random weights.

    Parameters
    ----------
    n, d : int
        Units and inputs, at least 1 each.
    rng : numpy.random.Generator or int
        Where the numbers come from, or a seed.
    recurrent : {"uniform", "orthogonal", "identity"}
        How to draw :math:`W`. Orthogonal weights and the identity come with a bias of zero. Whichever it is,
        the input weights drawn for one seed are the same.
    activation : {"tanh", "relu", "sigmoid", "identity"}
        As for :class:`~rnn_solutions.RNN`.

    Returns
    -------
    net : RNN
        The network. Dimensionless.

    Raises
    ------
    ValueError
        If a size is below 1, a name is unknown, or the weights would take more than half of the machine's
        memory.

    See Also
    --------
    draw_lstm, draw_gru : the networks with gates.

    References
    ----------
    Orthogonal weights: Saxe, McClelland and Ganguli, Exact solutions to the nonlinear dynamics of learning in
    deep linear neural networks, ICLR (2014). The identity with relu: Le, Jaitly and Hinton, A simple way to
    initialize recurrent networks of rectified linear units (2015).

    Examples
    --------
    >>> draw_rnn(2, 1, rng=0, recurrent="identity", activation="relu").W
    array([[1., 0.],
           [0., 1.]])
    """
    n, d, rng = whole("n", n, 1), whole("d", d, 1), generator(rng)
    choice("recurrent", recurrent, RECURRENT)
    choice("activation", activation, ACTIVATIONS)
    U, W, b = _uniform(n, rng, (n, d), (n, n), (n,))
    if recurrent != "uniform":
        W, b = np.eye(n) if recurrent == "identity" else orthogonal_matrix(n, rng), np.zeros(n)
    return RNN(W, U, b, activation)


def draw_lstm(n: int, d: int, rng: np.random.Generator | int, forget_bias: float = 0.0) -> LSTM:
    r"""Return an LSTM with random weights, and its forget gates opened or closed by a bias.

    Parameters
    ----------
    n, d, rng
        As for `draw_rnn`.
    forget_bias : float
        Added to the bias of every forget gate. With no weights, each gate would keep
        :math:`\sigma(\mathtt{forget\_bias})` of its cell in a step.

    Returns
    -------
    net : LSTM
        The network. Dimensionless.

    Raises
    ------
    ValueError
        If a size is below 1, the bias is not a finite number, or the weights would take more than half of the
        machine's memory.

    See Also
    --------
    draw_rnn, draw_gru : the other networks.

    References
    ----------
    Gers, Schmidhuber and Cummins, Learning to forget, Neural Computation 12 (2000), 2451-2471; Jozefowicz,
    Zaremba and Sutskever, An empirical exploration of recurrent network architectures, ICML (2015),
    2342-2350.

    Examples
    --------
    >>> closed, opened = (draw_lstm(2, 1, rng=0, forget_bias=bias) for bias in (0, 3))
    >>> (opened.b_ih - closed.b_ih).round(12)
    array([0., 0., 3., 3., 0., 0., 0., 0.])
    """
    n, d, rng = whole("n", n, 1), whole("d", d, 1), generator(rng)
    W_ih, W_hh, b_ih, b_hh = _uniform(n, rng, (4 * n, d), (4 * n, n), (4 * n,), (4 * n,))
    b_ih[n : 2 * n] += real_number("forget_bias", forget_bias)  # blocks in the order i, f, g, o
    return LSTM(W_ih, W_hh, b_ih, b_hh)


def draw_gru(n: int, d: int, rng: np.random.Generator | int) -> GRU:
    """Return a GRU with random weights.

    Parameters
    ----------
    n, d, rng
        As for `draw_rnn`.

    Returns
    -------
    net : GRU
        The network. Dimensionless.

    Raises
    ------
    ValueError
        If a size is below 1, or the weights would take more than half of the machine's memory.

    See Also
    --------
    draw_rnn, draw_lstm : the other networks.

    Examples
    --------
    >>> net = draw_gru(4, 2, rng=0)
    >>> net.W_ih.shape, bool(abs(net.W_hh).max() <= 0.5)
    ((12, 2), True)
    """
    n, d, rng = whole("n", n, 1), whole("d", d, 1), generator(rng)
    return GRU(*_uniform(n, rng, (3 * n, d), (3 * n, n), (3 * n,), (3 * n,)))


def _uniform(n: int, rng: np.random.Generator, *shapes: tuple[int, ...]) -> list[Array]:
    """Return arrays uniform within 1 / sqrt(n), for the weights of a network of `n` units."""
    need = 3 * 8 * sum(map(prod, shapes))  # what is drawn, the network's own, and its transposes
    require_size(f"the weights of n={n} units and d={shapes[0][1]} inputs", need)
    return [rng.uniform(-(n**-0.5), n**-0.5, size=shape) for shape in shapes]
