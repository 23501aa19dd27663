"""What "Map the gradient of your own network" says of trainings."""

from rnn_solutions.measured.sentences import MoreOften, Share, measured

measured(
    "measured-sign-plain",
    Share("sign"),
    "Without the larger bias the task was solved within 1500 updates in {count} trainings ({limits}).",
)
measured(
    "measured-sign-opened",
    Share("sign, forget bias + 2", by=200),
    "With 2 added to it, it was solved within 200 updates in {count} trainings ({limits}).",
)
measured(
    "measured-sign",
    MoreOften("sign, forget bias + 2", "sign"),
    "After 1500 updates {first} trainings were solved with the larger bias, {second} without it: "
    "{difference}.",
    says="more",
)
