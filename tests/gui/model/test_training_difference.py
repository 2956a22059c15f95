from dataclasses import replace

from engine.training.facts import Hyper
from engine.training.plan import Choice
from gui.model.training_difference import differences
from gui.model.training_plan import PlanModel
from gui.model.training_run import TrainingRun


def run(change=lambda plan: plan, rate=None):
    plan = change(PlanModel().plan)
    made = TrainingRun("calm-1", 0, "text", plan)
    if rate is not None:
        made.hyper = Hyper("AdamW", ("lr",), ((rate,),))
    return made


def test_runs_of_one_plan_do_not_differ():
    assert differences(run(), run()) == ()


def test_what_was_chosen_otherwise_is_told():
    told = differences(
        run(lambda plan: replace(plan, batch_size=64, loss=Choice("NLLLoss"), data=replace(plan.data, noise=0.3))),
        run(),
    )
    assert told == (
        "data noise 0.3 instead of 0.1",
        "loss NLLLoss instead of CrossEntropyLoss",
        "batch size 64 instead of 32",
    )


def test_what_was_edited_while_it_ran_counts():
    assert differences(run(rate=0.1), run(rate=0.003)) == ("lr 0.1 instead of 0.003",)


def test_numbers_are_told_alike_wherever_they_come_from():
    begun, told = run(), run()
    names = ("lr", "betas", "weight_decay", "eps", "clip norm")
    told.hyper = Hyper("AdamW", names, ((0.003,), (0.9, 0.999), (1e-4,), (1e-8,), ()))
    assert differences(told, begun) == differences(begun, told) == ()
    other = run()
    other.hyper = Hyper("AdamW", ("betas", "clip norm"), ((0.9, 0.99), (1.0,)))
    assert differences(other, told)[:2] == ("clip norm 1 instead of off", "betas 0.9, 0.99 instead of 0.9, 0.999")


def test_another_network_and_another_program():
    other = run(lambda plan: replace(plan, network=plan.network.replace("16", "12")))
    assert differences(other, run()) == ("another network",)
    assert differences(TrainingRun("a", 0, "x = 1"), TrainingRun("b", 1, "x = 2")) == ("another program",)
