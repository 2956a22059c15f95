import pytest

from engine.network.source import write_source
from engine.network.templates import templates
from engine.training.plan import Choice, GeneratedData, Shape, TrainingPlan
from engine.training.script import script_of
from gui.model.training_fit import fits, fitting_loss, fitting_network, need_of
from gui.model.training_plan import PlanModel


def named(title):
    return next(template.network for template in templates() if template.title == title)


@pytest.mark.parametrize("shape", list(Shape))
@pytest.mark.parametrize("title", [template.title for template in templates()])
def test_every_network_gives_way_to_one_that_fits_and_can_be_written(shape, title):
    network = fitting_network(named(title), shape)
    loss = fitting_loss("CrossEntropyLoss", has_classes=need_of(shape).has_classes)
    assert fits(network, need_of(shape))
    text = script_of(TrainingPlan(data=GeneratedData(shape=shape), network=write_source(network), loss=Choice(loss)))
    compile(text, "script.py", "exec")


def test_what_fits_stays_as_it_is():
    network = PlanModel().network
    assert fitting_network(network, Shape.MOONS) is network
    assert fitting_loss("NLLLoss", has_classes=True) == "NLLLoss"
    assert fitting_loss("HuberLoss", has_classes=False) == "HuberLoss"


def test_only_the_ends_change_where_that_is_enough():
    network = PlanModel().network
    three = fitting_network(network, Shape.THREE_SPIRALS)
    assert [node.name for node in three.nodes if node not in network.nodes] == ["fc4"]
    curve = fitting_network(network, Shape.CURVE)
    assert {node.name for node in curve.nodes if node not in network.nodes} == {"x", "fc1", "fc4"}
