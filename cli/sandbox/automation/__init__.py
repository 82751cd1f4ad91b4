"""
AWS Systems Manager Automation in the embedded account: runs runbooks (schemaVersion 0.3) step by step.

    from cli.sandbox.automation import execute

    done = execute(account, "ai-config-enable-key-rotation", {"KeyId": key_arn, "DryRun": "true"})
    done.status                            # Success or Failed
    done.variables["Outcome"]              # what the runbook says that it did
    account.calls.of(done.access_key_id)   # the calls that it made, with the credentials of its own role

The document is the one that the account has under the name, `account` an open embedded account, in this process or
behind HTTP. Every call is made with the credentials of the role that the document assumes, so the account refuses
what the role's policies do not allow; the role's trust policy has to let ssm.amazonaws.com in. Scripts
(aws:executeScript) run in a process of their own. `execute` returns when the runbook has ended;
StartAutomationExecution and AWS Config's StartRemediationExecution do the same in the background, as AWS does.

Actions that the runbooks here have: aws:executeAwsApi, aws:assertAwsResourceProperty,
aws:waitForAwsResourceProperty, aws:branch, aws:updateVariable, aws:executeScript. Anything else in a document is
refused with RunbookError, never passed over.
"""

from cli.sandbox.automation.execution import Execution, StepExecution, execute
from cli.sandbox.automation.runbook import RunbookError

__all__ = ["Execution", "RunbookError", "StepExecution", "execute"]
