"""Everything about what is selected: its name, all its settings, and what torch says of it."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from engine.network.describe import summary_of
from engine.network.edits import name_network, node_of
from engine.network.errors import NetworkError
from engine.network.network import Node, NodeName
from engine.trace.numbers import bytes_text, flops_text
from gui.builder.form_field import ChoiceField, TextField, make_field
from gui.model.network import NetworkModel
from gui.model.network_boxes import Row, RowKind, shape_text, title_of
from gui.model.network_rows import Field, fields_of, set_row
from gui.widgets.elided_label import ElidedLabel

_LABEL_PX = 108
_PER_SAMPLE = ("a sample costs", "a sample keeps")
"""Operations and memory, in the words of their rows."""


class SettingsForm(QScrollArea):
    """Shows the selected node, or the whole network while none or several are selected."""

    def __init__(self, model: NetworkModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Settings")
        self._model = model
        self._shown: tuple[object, ...] = ()
        self.fields: dict[str, TextField | ChoiceField] = {}
        self._facts: dict[str, ElidedLabel] = {}
        model.changed.connect(lambda _is_more: self._refresh())
        model.selection_changed.connect(lambda _none: self._refresh())
        model.told.connect(lambda _none: self._refresh())
        self._refresh()

    @property
    def node(self) -> Node | None:
        """The node that is shown."""
        if len(self._model.selection) != 1:
            return None
        try:
            return node_of(self._model.network, self._model.selection[0])
        except NetworkError:
            return None

    def edit_first(self) -> None:
        """Put the keyboard into the first setting, or the name where there is none."""
        names = [name for name in self.fields if name != "name"] or list(self.fields)
        if names:
            self.fields[names[0]].setFocus(Qt.FocusReason.TabFocusReason)

    def _refresh(self) -> None:
        node = self.node
        shown: tuple[object, ...] = ("network", len(self._model.selection))
        if node is not None:
            shown = (node.name, node.kind, node.type, bool(node.same_as))
        if shown != self._shown:
            self._shown = shown
            self._rebuild(node)
        if node is None:
            self._fill_network()
        else:
            self._fill(node)

    def _rebuild(self, node: Node | None) -> None:
        self.fields, self._facts = {}, {}
        page = QWidget(self)
        page.setObjectName("builderForm")
        layout = QVBoxLayout(page)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.setSpacing(8)
        form = QFormLayout()
        form.setContentsMargins(0, 4, 0, 0)
        form.setHorizontalSpacing(10)
        form.setVerticalSpacing(6)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        count = len(self._model.selection)
        title = QLabel("Network" if node is None else title_of(node), page)
        title.setProperty("look", "title")
        words = f"{count} nodes are selected." if count > 1 else ""
        summary = QLabel(words if node is None else f"{summary_of(node.kind, node.type)}.", page)
        summary.setProperty("look", "muted")
        summary.setWordWrap(True)
        summary.setVisible(bool(summary.text()))
        layout.addWidget(title)
        layout.addWidget(summary)
        layout.addLayout(form)
        if node is None:
            self._network_rows(form, page)
        else:
            self._node_rows(form, page, node)
        layout.addStretch(1)
        old = self.takeWidget()
        self.setWidget(page)
        if old is not None:
            old.hide()
            old.deleteLater()  # not now: one of its fields may be in the middle of a key

    def _network_rows(self, form: QFormLayout, page: QWidget) -> None:
        self._row(form, page, "name", Field(Row(RowKind.TEXT, "name", self._model.network.name)), self._take_name)
        batch = Field(Row(RowKind.TEXT, "batch", str(self._model.batch)))
        self._row(form, page, "batch", batch, self._take_batch)
        for name in ("nodes", "parameters", *_PER_SAMPLE):
            self._fact(form, page, name)

    def _node_rows(self, form: QFormLayout, page: QWidget, node: Node) -> None:
        name = node.name

        def take_name(text: str) -> bool:
            return self._model.rename(name, text.strip())

        self._row(form, page, "name", Field(Row(RowKind.TEXT, "name", name)), take_name)
        for field in fields_of(node):
            self._row(form, page, field.row.name, field, self._taker(name, field.row))
        for fact in ("gives", "parameters", *_PER_SAMPLE, "block"):
            self._fact(form, page, fact)

    def _taker(self, name: NodeName, row: Row) -> Callable[[str], bool]:
        return lambda text: set_row(self._model, name, row, text)

    def _row(
        self, form: QFormLayout, page: QWidget, name: str, field: Field, take: Callable[[str], bool]
    ) -> None:  # fmt: skip
        label = ElidedLabel(name.removeprefix("forward."), page)
        label.setProperty("look", "muted")
        label.setFixedWidth(_LABEL_PX)
        edit = make_field(field, name, take, page)
        label.setBuddy(edit)
        self.fields[name] = edit
        form.addRow(label, edit)

    def _fact(self, form: QFormLayout, page: QWidget, name: str) -> None:
        label = QLabel(name, page)
        label.setProperty("look", "muted")
        label.setFixedWidth(_LABEL_PX)
        value = ElidedLabel("", page)
        value.setProperty("look", "mono")
        self._facts[name] = value
        form.addRow(label, value)

    def _fill(self, node: Node) -> None:
        self.fields["name"].show_value(node.name)
        for field in fields_of(node):
            self.fields[field.row.name].show_value(field.row.value or (field.default if field.choices else ""))
        known = self._model.known.nodes.get(node.name)
        shapes = () if known is None else known.shapes
        batch = self._model.known.batch
        texts = {
            "gives": ", ".join(shape_text(shape) for shape in shapes if shape is not None),
            "parameters": "" if known is None else f"{known.parameters:,}",
            **({} if known is None else _per_sample(known.flops // batch, known.nbytes // batch)),
            "block": node.block,
        }
        self._show_facts(texts)

    def _fill_network(self) -> None:
        model = self._model
        self.fields["name"].show_value(model.network.name)
        self.fields["batch"].show_value(str(model.batch))
        facts = model.known.nodes.values()
        batch = model.known.batch
        texts = {"nodes": str(len(model.network.nodes)), "parameters": ""}
        if facts:
            texts["parameters"] = f"{sum(one.parameters for one in facts):,}"
            flops, nbytes = sum(one.flops for one in facts), sum(one.nbytes for one in facts)
            texts |= _per_sample(flops // batch, nbytes // batch)
        self._show_facts(texts)

    def _show_facts(self, texts: dict[str, str]) -> None:
        for name, fact in self._facts.items():
            fact.show_text(texts.get(name) or "–")

    def _take_name(self, text: str) -> bool:
        return self._model.edit(lambda network: name_network(network, text.strip()))

    def _take_batch(self, text: str) -> bool:
        if not text.strip().isdecimal() or not 1 <= int(text.strip()[:9]) <= 1_000_000:
            return False
        self._model.choose_batch(int(text))
        return True


def _per_sample(flops: int, nbytes: int) -> dict[str, str]:
    return dict(zip(_PER_SAMPLE, (flops_text(flops), bytes_text(nbytes)), strict=True))
