"""Rule: bedrock-api-key-short-lived."""

from typing import Annotated

from rules.criteria.durations import in_days
from rules.engine.duties import Severity
from rules.engine.parameters import Between, InPack
from rules.engine.rule import PeriodicRule
from rules.engine.verdict import Verdict, compliant, non_compliant, out_of_scope
from rules.facts import api_keys
from rules.facts.api_keys import ApiKey, KeyHolder
from rules.frozen import dataclass


@dataclass(frozen=True)
class BedrockApiKeyShortLived(PeriodicRule[KeyHolder]):
    r"""
    Checks if the long-term API keys of IAM users for Amazon Bedrock expire soon after they were made.

    The rule is NON_COMPLIANT if an active key never expires or lives longer than allowed.

    ## Why
    An API key is a password for models: whoever finds it in a repository or a log calls them on the account's bill.
    Nothing but its expiration ends a leak that nobody notices, and keys never expire unless they are told to.

    ## Fix
    Prefer credentials of roles, or short-term keys, which end with the session that made them.
    Where a long-term key is needed, CreateServiceSpecificCredential with an age, then end the old one:

        aws iam create-service-specific-credential --user-name <user> --service-name bedrock.amazonaws.com \
          --credential-age-days 30
        aws iam delete-service-specific-credential --user-name <user> --service-specific-credential-id <id>

    A service control policy that denies `iam:CreateServiceSpecificCredential` where
    `iam:ServiceSpecificCredentialAgeDays` is greater than 30 keeps it so. The AWS CDK has no construct for such keys.

    ## Limits
    IAM does not list short-term keys, which live for twelve hours at most, and tells of no key when it was last used.
    Keys of Claude Platform on AWS are judged as well; those of other services, such as Amazon CloudWatch, are not.
    What a key may do is what its user may do: bedrock-invoke-least-privilege judges that.
    """

    title = "Long-term API keys for models expire soon"
    severity = Severity.HIGH
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_api_keys_for_aws_services.html",
        "https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html",
    )
    reports = ("AWS::IAM::User",)
    nothing_to_judge = "No user has a long-term API key for models."
    is_global = True
    collect = api_keys.key_holders

    max_days: Annotated[int, Between(1, 36600), InPack(), "Most days that a key may live."] = 30
    allow_long_term: Annotated[bool, "Whether keys that never expire may get as old as expiring ones may."] = False

    def judge(self, holder: KeyHolder, /) -> Verdict:
        """Return whether every active key of the user expires in time."""
        active = [key for key in holder.keys if key.active]
        if not active:
            return out_of_scope("No API key of the user is active.")
        # Of keys that never expire, nobody knows when they will end.
        by_gravity = sorted(active, key=lambda key: (key.lifetime is not None, -(key.lifetime or key.age)))
        defects = [sentence for sentence in map(self._defect, by_gravity) if sentence]
        if defects:
            return non_compliant(*defects)
        if any(key.lifetime is None for key in active):
            return compliant(f"No active API key is older, or lives longer, than {in_days(self.max_days)}.")
        return compliant(f"Every active API key expires within {in_days(self.max_days)} of its creation.")

    def _defect(self, key: ApiKey) -> str | None:
        name = f"{key.service} API key {key.id}"
        if key.lifetime is not None:
            if key.lifetime <= self.max_days:
                return None
            return f"{name} lives for {in_days(key.lifetime)}; at most {in_days(self.max_days)} are wanted."
        if not self.allow_long_term:
            return f"{name} never expires; an expiration within {in_days(self.max_days)} is wanted."
        if key.age <= self.max_days:
            return None
        return f"{name} never expires and is {in_days(key.age)} old; at most {in_days(self.max_days)} are wanted."


handler = BedrockApiKeyShortLived.lambda_handler()
