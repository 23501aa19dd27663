"""What "Learn across a gap" says of trainings."""

from rnn_solutions.measured.sentences import Earlier, MoreOften, Share, measured

SHOWN = {  # which way those differences go that the data shows
    "measured-adding-20-lstm": "more",
    "measured-adding-40-lstm": "more",
    "measured-adding-60-lstm": "more",
    "measured-copying-5-first": "more",
    "measured-copying-10-first": "less",
    "measured-copying-20-gru": "more",
    "measured-copying-20-first": "more",
    "measured-copying-30-gru": "more",
    "measured-copying-30-first": "more",
}

for steps in (10, 20, 40, 60):
    label = f"measured-adding-{steps}-lstm"
    measured(
        label,
        MoreOften(f"adding {steps} LSTM", f"adding {steps} RNN"),
        f"Over {steps} steps an LSTM was solved in {{first}} trainings, a plain RNN in {{second}}: "
        f"{{difference}}.",
        SHOWN.get(label, "open"),
    )
    label = f"measured-adding-{steps}-gru"
    measured(
        label,
        MoreOften(f"adding {steps} GRU", f"adding {steps} LSTM"),
        f"Over {steps} steps a GRU was solved in {{first}} trainings, an LSTM in {{second}}: {{difference}}.",
        SHOWN.get(label, "open"),
    )
measured(
    "measured-adding-longer",
    MoreOften("adding 20 RNN, three times the updates", "adding 20 RNN"),
    "With three times as many updates a plain RNN was solved over 20 steps in {first} trainings, otherwise "
    "in {second}: {difference}.",
    says="more",
)
for gap in (5, 10, 20, 30):
    label = f"measured-copying-{gap}-rnn"
    measured(
        label,
        MoreOften(f"copying {gap} RNN", f"copying {gap} LSTM"),
        f"Across a gap of {gap} a plain RNN was solved in {{first}} trainings, an LSTM in {{second}}: "
        f"{{difference}}.",
        SHOWN.get(label, "open"),
    )
    label = f"measured-copying-{gap}-gru"
    measured(
        label,
        MoreOften(f"copying {gap} GRU", f"copying {gap} LSTM"),
        f"Across a gap of {gap} a GRU was solved in {{first}} trainings, an LSTM in {{second}}: "
        f"{{difference}}.",
        SHOWN.get(label, "open"),
    )
    label = f"measured-copying-{gap}-first"
    measured(
        label,
        Earlier(f"copying {gap} RNN", f"copying {gap} LSTM"),
        f"Across a gap of {gap} the loss of the RNN fell to half the guess before that of the LSTM in "
        "{first} pairs, after it in {second} ({limits} of the pairs that differ).",
        SHOWN.get(label, "open"),
    )
measured(
    "measured-lstm-stays",
    Share("adding 40 LSTM"),
    "Over 40 steps an LSTM was solved in {count} trainings ({limits}).",
)
