import type { JSX } from 'preact'
import type { Session } from '../api/types.js'
import type { IconName } from '../parts/icon.js'
import { AccountsView } from './accounts.js'
import { AuditView } from './audit.js'
import { BillingView } from './billing.js'
import { IntegrationsView } from './integrations.js'
import { KeysView } from './keys.js'
import { ModelsView } from './models.js'
import { OverviewView } from './overview.js'
import { SettingsView } from './settings.js'
import { UpstreamsView } from './upstreams.js'
import { UsageView } from './usage.js'

/** A view and its place in the navigation. */
export interface View {
  readonly name: string
  readonly title: string
  readonly icon: IconName
  readonly group: 'account' | 'operations'
  readonly roles: readonly Session['role'][]
  readonly component: () => JSX.Element
}

const ALL = ['operator', 'owner', 'viewer'] as const

/** All views, in the order of the navigation. */
export const VIEWS: readonly View[] = [
  view('overview', 'Overview', { icon: 'overview', component: OverviewView }),
  view('models', 'Models', { icon: 'models', component: ModelsView }),
  view('keys', 'Keys', { icon: 'keys', component: KeysView }),
  view('usage', 'Usage', { icon: 'usage', component: UsageView }),
  view('billing', 'Billing', { icon: 'billing', component: BillingView }),
  view('integrations', 'Integrations', { icon: 'integrations', component: IntegrationsView }),
  view('settings', 'Settings', { icon: 'settings', component: SettingsView }),
  view('accounts', 'Accounts', {
    icon: 'accounts',
    component: AccountsView,
    group: 'operations',
    roles: ['operator'],
  }),
  view('upstreams', 'Upstreams', {
    icon: 'upstreams',
    component: UpstreamsView,
    group: 'operations',
    roles: ['operator'],
  }),
  view('audit', 'Audit log', {
    icon: 'audit',
    component: AuditView,
    group: 'operations',
    roles: ['operator', 'owner'],
  }),
]

/** What a role sees. */
export function viewsFor(role: Session['role']): readonly View[] {
  return VIEWS.filter(({ roles }) => roles.includes(role))
}

function view(
  name: string,
  title: string,
  rest: Pick<View, 'icon' | 'component'> & Partial<Pick<View, 'group' | 'roles'>>,
): View {
  return { name, title, group: 'account', roles: ALL, ...rest }
}
