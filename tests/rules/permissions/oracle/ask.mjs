// Reads one subject with its requests per line, writes the list of answers per line, in the same order.
import { createInterface } from 'node:readline'
import { runSimulation, runUnsafeSimulation } from '@cloud-copilot/iam-simulate'

// The simulator checks policies and request against its data before it decides. The policies are the same for all
// requests of a subject, so the first request is asked with the check. Its data lacks a few resource types that
// the API accepts; such a request says nothing about the policies.
const OF_THE_REQUEST = new Set(['no.resource.types', 'multiple.resource.types', 'must.use.wildcard'])

async function answers ({ simulation, requests }) {
  const decided = []
  for (const [number, { action, resource }] of requests.entries()) {
    simulation.request.action = action
    simulation.request.resource.resource = resource
    if (number === 0 || resource === '*') {
      const response = await runSimulation(simulation, {})
      if (response.resultType !== 'error') {
        decided.push(response.overallResult)
        continue
      }
      if (!OF_THE_REQUEST.has(response.errors.message)) {
        return requests.map(() => JSON.stringify(response.errors))
      }
    }
    decided.push(runUnsafeSimulation(simulation, {}))
  }
  return decided
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(JSON.stringify(await answers(JSON.parse(line))) + '\n')
}
