"""The gradient by the state at every step, against complex steps through the rest of the recursion."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drawn import EVERY_KIND, KINDS, D, Leaky, N, assert_close, draw, states
from rnn_solutions.gradients.complex_step import complex_step
from rnn_solutions.networks import recurrent
from rnn_solutions.networks.runs import RecurrentRun

T = 5


def loss_from(case, t, h, *cell):
    """Return what the losses from step t on are when the state at t is this one, whatever came before."""
    later = states(case.kind, case.p, case.x[t + 1 :], h, *cell)
    return case.dL_dh[t] @ h + sum(rows @ s[:N] for rows, s in zip(case.dL_dh[t + 1 :], later, strict=True))


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_the_gradient_by_the_hidden_state_is_its_own_term_and_all_it_does_later(kind):
    """With the cell held, where there is one: h_t is nothing that C_t is computed from."""
    case = draw(kind, T=T)
    cell = [case.run.C] if "LSTM" in kind else []

    found = case.net.backward(case.run, case.dL_dh).h

    assert found.shape == case.run.h.shape
    for t in range(T + 1):
        expected = complex_step(lambda h, t=t: loss_from(case, t, h, *(C[t] for C in cell)), case.run.h[t])
        assert_close(found[t], expected)
    np.testing.assert_array_equal(found[T], case.dL_dh[T])  # after the last step there is nothing


def test_the_gradient_by_the_cell_lets_the_hidden_state_follow_with_the_gate_held():
    """h_t = o_t tanh(C_t) is computed from C_t, so at the last step only this way is left."""
    case = draw("LSTM", T=T)

    found = case.net.backward(case.run, case.dL_dh).C

    for t in range(T + 1):
        o = case.run.o[t]
        expected = complex_step(lambda C, t=t, o=o: loss_from(case, t, o * np.tanh(C), C), case.run.C[t])
        assert_close(found[t], expected)
    assert np.abs(found[T]).min() > 0


@settings(max_examples=20, deadline=None)
@given(st.sampled_from([*KINDS, "sigmoid RNN"]), st.sampled_from([(), (3,)]), st.integers(0, 2**32 - 1))
def test_it_is_the_sum_of_the_losses_own_terms_carried_back_by_jacobians(kind, batch, seed):
    case = draw(kind, T=T, batch=batch, seed=seed)
    J = case.net.jacobians(case.run)[..., :N, :N]  # h_t by h_k

    found = case.net.backward(case.run, case.dL_dh).h

    assert_close(found, np.einsum("t...i,tk...ij->k...j", case.dL_dh, J))


@pytest.mark.parametrize("kind", KINDS)
def test_steps_differentiated_a_few_at_a_time_give_the_same(kind, monkeypatch):
    """What the hidden state owes to the cell is added for as many steps as are differentiated at once."""
    case = draw(kind, T=6, batch=(2,))
    whole = case.net.backward(case.run, case.dL_dh)

    monkeypatch.setattr(recurrent, "LOCAL_SIZE", 4 * case.run.z[0].size)
    pieces = case.net.backward(case.run, case.dL_dh)

    for name in case.net.state_names:
        np.testing.assert_allclose(pieces[name], whole[name], rtol=1e-13)


class TwoTraces(Leaky):
    """A leaky unit h beside a trace m of it: m_t = h_{t-1} + m_{t-1} / 2, and z_t sees m_{t-1} too."""

    initial_names = ("h_init", "m_init")

    def forward(self, x, h_init=None, m_init=None):
        x, z, h, m = self.begin(x, h_init=h_init, m_init=m_init)
        for t in range(len(x)):
            m[t + 1] = h[t] + m[t] / 2
            z[t] = h[t] @ self.W.T + x[t] @ self.U.T + self.b
            h[t + 1] = (1 - self.a) * h[t] + self.a * np.tanh(z[t]) + m[t]
        return Traced(self, x, h, z, m)

    def step_back(self, local, rows, deltas):
        by_h, by_m = rows
        before = by_h / 1
        super().step_back(local, rows[:1], deltas)
        by_h += by_m
        by_m[...] = before + by_m / 2


class Traced(RecurrentRun):
    """A run with the second part of its state."""

    def __init__(self, net, x, h_trail, z, m_trail):
        vars(self).update(m_trail=m_trail)
        super().__init__(net, x, h_trail, z)

    @property
    def trails(self):
        return self.h_trail, self.m_trail


def test_a_network_of_ones_own_has_them_by_the_names_of_what_begins_each_part():
    rng = np.random.default_rng(8)
    net = TwoTraces(rng.normal(size=(N, D)), rng.normal(size=(N, N)), rng.normal(size=N), a=0.3)
    run = net.forward(rng.normal(size=(T + 1, D)), rng.normal(size=N), rng.normal(size=N))
    dL_dh = rng.normal(size=(T + 1, N))

    def loss(t, h, m):
        total = dL_dh[t] @ h + 0 * m.sum()  # complex where m is, at the last step too
        for x, row in zip(run.x[t + 1 :], dL_dh[t + 1 :], strict=True):
            z = net.W @ h + net.U @ x + net.b
            h, m = (1 - net.a) * h + net.a * np.tanh(z) + m, h + m / 2
            total = total + row @ h
        return total

    found = net.backward(run, dL_dh)

    for t in range(T + 1):
        h, m = run.h[t], run.m_trail[t + 1]
        assert_close(found.h[t], complex_step(lambda h, t=t, m=m: loss(t, h, m), h))
        assert_close(found.m[t], complex_step(lambda m, t=t, h=h: loss(t, h, m), m))


@pytest.mark.parametrize("names", [("h",), ("h", "h"), ("h", "W"), ("h", "x"), ("h", "m_init")])
def test_names_of_states_that_are_taken_or_too_few_are_refused(names):
    with pytest.raises(ValueError, match="state_names of Named must name a block for each of h_init, m_init"):
        type("Named", (TwoTraces,), {"state_names": names})


def test_a_class_may_name_the_parts_of_its_state():
    assert TwoTraces.state_names == ("h", "m")
    assert type("Named", (TwoTraces,), {"state_names": ("h", "trace")}).state_names == ("h", "trace")
