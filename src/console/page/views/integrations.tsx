import type { JSX } from 'preact'
import { isPattern } from '../model-words.js'
import { Card, ViewHead } from '../parts/card.js'
import { CodeBlock } from '../parts/code-block.js'
import { SelectField } from '../parts/field.js'
import { Note } from '../parts/states.js'
import { Tabs } from '../parts/tabs.js'
import { Copyable, Facts } from '../parts/values.js'
import { formatHash, toView } from '../router.js'
import { INTEGRATIONS, KEY_PLACEHOLDER, resolveGatewayUrl } from '../snippets.js'
import { useConsole } from '../state/console-context.js'
import { useModels } from '../state/use-lists.js'

const EXAMPLE_MODEL = 'openai/gpt-5.5'

/** Ready to paste: every client with this gateway's address. */
export function IntegrationsView(): JSX.Element {
  const { session, route, newKey, accountId, setParams } = useConsole()
  const { data } = useModels()
  const ids = (data?.data ?? []).map(({ id }) => id).filter((id) => !isPattern(id))
  const model = route.params['model'] ?? ids[0] ?? EXAMPLE_MODEL
  const gatewayUrl = resolveGatewayUrl(session.gateway_url, location.origin)
  const hasKey = newKey !== null && (accountId === null || newKey.account_id === accountId)
  const key = hasKey ? newKey.secret : KEY_PLACEHOLDER
  const chosen = INTEGRATIONS.find(({ id }) => id === route.params['client']) ?? INTEGRATIONS[0]
  return (
    <>
      <ViewHead
        title="Integrations"
        intro="Ready to paste. The key goes where the snippet says, the rest stays as it is."
      />
      <Address gatewayUrl={gatewayUrl} model={model} modelIds={ids} />
      {hasKey ? (
        <Note tone="good">
          The snippets carry the key {newKey.name === null ? '' : `“${newKey.name}” `}that you just created.
          It is gone when you leave this page.
        </Note>
      ) : (
        <Note>
          Replace <code>{KEY_PLACEHOLDER}</code> by a key.{' '}
          <a href={formatHash(toView(route, 'keys'))}>Go to the keys</a>
        </Note>
      )}
      {chosen !== undefined && (
        <Tabs
          label="Clients"
          tabs={INTEGRATIONS.map(({ id, name }) => [id, name])}
          current={chosen.id}
          onChoose={(id) => setParams({ client: id }, true)}
        >
          <p>{chosen.intro}</p>
          {chosen.snippets({ gatewayUrl, key, model }).map(({ label, code }) => (
            <CodeBlock key={label} label={label} code={code} />
          ))}
        </Tabs>
      )}
    </>
  )
}

function Address({
  gatewayUrl,
  model,
  modelIds,
}: {
  readonly gatewayUrl: string
  readonly model: string
  readonly modelIds: readonly string[]
}): JSX.Element {
  const { client, setParams } = useConsole()
  return (
    <Card title="Address">
      <Facts
        facts={[
          [
            'OpenAI base URL',
            <Copyable key="openai" text={`${gatewayUrl}/v1`} label="Copy OpenAI base URL" />,
          ],
          [
            'Anthropic base URL',
            <Copyable key="anthropic" text={gatewayUrl} label="Copy Anthropic base URL" />,
          ],
          [
            'API of this console',
            <a key="openapi" href={client.url('openapi.json')}>
              OpenAPI document
            </a>,
          ],
        ]}
      />
      <SelectField
        label="Model in the snippets"
        value={model}
        options={[...new Set([model, ...modelIds])].map((id) => [id, id])}
        onValue={(value) => setParams({ model: value }, true)}
      />
    </Card>
  )
}
