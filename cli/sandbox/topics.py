"""What was published to topics of Amazon SNS in the embedded account."""

from moto.sns.models import sns_backends


def published(topic_arn: str) -> list[tuple[str, str]]:
    """Return subject and text of every message to a topic, in order."""
    _, _, _, region, account_id, _ = topic_arn.split(":")
    topic = sns_backends[account_id][region].topics[topic_arn]
    return [(subject or "", text) for _, text, subject, _, _ in topic.sent_notifications]
