// iam-simulate's side of the benchmark: one question for each document on stdin.
import { readFileSync } from 'node:fs'
import { runSimulation } from '@cloud-copilot/iam-simulate'

const documents = JSON.parse(readFileSync(0, 'utf8'))
const before = process.cpuUsage()
let allowed = 0
for (const policy of documents) {
  const response = await runSimulation({
    request: {
      principal: 'arn:aws:iam::123456789012:role/app',
      action: 'bedrock:InvokeModel',
      resource: {
        resource: 'arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-v2:1',
        accountId: '123456789012'
      },
      contextVariables: {}
    },
    identityPolicies: [{ name: 'only', policy }],
    serviceControlPolicies: [],
    resourceControlPolicies: []
  }, {})
  allowed += response.overallResult === 'Allowed' ? 1 : 0
}
const { user, system } = process.cpuUsage(before)
process.stdout.write(JSON.stringify({ policies: documents.length, allowed, cpu_seconds: (user + system) / 1e6 }))
