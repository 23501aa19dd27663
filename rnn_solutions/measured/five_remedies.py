"""What "Measure five remedies" says of trainings."""

from rnn_solutions.measured.sentences import MoreOften, Share, measured

UNCLIPPED, CLIPPED = "relu, identity", "relu, identity, clipped"

measured(
    "measured-clip-relu",
    MoreOften(CLIPPED, UNCLIPPED),
    "With clipping a relu network that begins with $W = I$ was solved in {first} trainings, without it in "
    "{second}: {difference}.",
    says="more",
)
measured(
    "measured-beta-relu",
    MoreOften("relu, identity, beta_2 = 0.9", UNCLIPPED),
    r"With $\beta_2 = 0.9$ and no clipping it was solved in {first}, with $\beta_2 = 0.999$ in {second}: "
    r"{difference}.",
    says="more",
)
measured(
    "measured-warm-up-relu",
    MoreOften("relu, identity, warm-up", UNCLIPPED),
    "With a rate that grows over the first 100 updates, and no clipping, it was solved in {first}, with the "
    "full rate at once in {second}: {difference}.",
    says="more",
)
measured(
    "measured-rate-relu",
    MoreOften("relu, identity, rate 0.003", UNCLIPPED),
    "With a rate of 0.003 and no clipping it was solved in {first}, with 0.01 in {second}: {difference}.",
)
measured(
    "measured-clip-tanh",
    Share("tanh, clipped"),
    "With clipping the tanh network was solved in {count} trainings ({limits}).",
)
measured(
    "measured-tanh", Share("tanh"), "Without it the tanh network was solved in {count} trainings ({limits})."
)
measured(
    "measured-tanh-longer",
    Share("tanh, three times the updates"),
    "With three times as many updates it was solved in {count} trainings ({limits}).",
)
measured(
    "measured-orthogonal",
    MoreOften("tanh, orthogonal", "tanh"),
    "With orthogonal weights the tanh network was solved in {first} trainings, with uniform ones in "
    "{second}: {difference}.",
)
measured(
    "measured-identity",
    MoreOften(UNCLIPPED, "relu"),
    "A relu network that begins with $W = I$ was solved in {first} trainings, one with uniform weights in "
    "{second}: {difference}.",
)
measured(
    "measured-forget-one",
    MoreOften("LSTM, forget bias + 1", "LSTM"),
    "With 1 added to the bias of the forget gate an LSTM was solved in {first} trainings, with nothing "
    "added in {second}: {difference}.",
)
measured(
    "measured-forget-three",
    MoreOften("LSTM, forget bias + 3", "LSTM"),
    "With 3 added it was solved in {first}, with nothing added in {second}: {difference}.",
)
measured(
    "measured-window-twenty",
    MoreOften(f"{CLIPPED}, K = 20", CLIPPED),
    "With a window of 20 of the 40 steps the clipped relu network was solved in {first} trainings, with "
    "all steps in {second}: {difference}.",
    says="less",
)
measured(
    "measured-window-ten",
    MoreOften(f"{CLIPPED}, K = 10", CLIPPED),
    "With a window of 10 it was solved in {first}, with all steps in {second}: {difference}.",
    says="less",
)
measured(
    "measured-sigmoid",
    Share("sigmoid"),
    "The sigmoid network was solved in {count} trainings ({limits}).",
)
