import pytest

from millmark.wire.errors import InvalidTopic
from millmark.wire.sparkplug import MessageType, SparkplugTopic, parse_topic


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("spBv1.0/plant/NBIRTH/edge-1", SparkplugTopic("plant", MessageType.NBIRTH, "edge-1")),
        ("spBv1.0/plant/DDATA/edge-1/press", SparkplugTopic("plant", MessageType.DDATA, "edge-1", "press")),
        ("spBv1.0/工厂/NCMD/节点", SparkplugTopic("工厂", MessageType.NCMD, "节点")),
    ],
)
def test_topics_are_read_and_written(text: str, topic: SparkplugTopic) -> None:
    assert parse_topic(text) == topic
    assert str(topic) == text


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("spAv1.0/plant/NBIRTH/edge", "is not spBv1.0"),
        ("spBv1.0/plant/NBIRTH", "is not spBv1.0"),
        ("spBv1.0/plant/DDATA/edge/press/more", "is not spBv1.0"),
        ("spBv1.0//NBIRTH/edge", "is not spBv1.0"),
        ("spBv1.0/plant/NHELLO/edge", "no Sparkplug message type"),
        ("spBv1.0/plant/DDATA/edge", "names a device"),
        ("spBv1.0/plant/NDATA/edge/press", "does not name a device"),
    ],
)
def test_a_topic_outside_the_namespace_is_refused(text: str, problem: str) -> None:
    with pytest.raises(InvalidTopic, match=problem):
        parse_topic(text)
