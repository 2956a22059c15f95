"""Network to source to network is the identity; source to network to source is stable."""

import ast

import pytest
from hypothesis import given, settings

from engine.network.errors import NetworkError
from engine.network.network import Network
from engine.network.order import normal
from engine.network.parse import parse_network
from engine.network.source import write_source
from engine.network.templates import Template, templates
from tests.engine.network.random_networks import networks


@settings(max_examples=250, deadline=None)
@given(networks())
def test_what_is_written_is_read_again(network: Network) -> None:
    try:
        source = write_source(network)
    except NetworkError as error:
        assert "state of LSTM" in str(error)  # noqa: PT017 - the one thing that a random network may lack
        return
    ast.parse(source)
    read = parse_network(source)
    assert read == normal(network), source
    assert write_source(read) == source


@pytest.mark.parametrize("template", templates(), ids=lambda template: template.title)
def test_templates_survive_the_round_trip(template: Template) -> None:
    source = write_source(template.network)
    assert parse_network(source) == template.network
