import type { Urls } from './links.ts';
import { dashboardUids } from './parts.ts';
import type { Surroundings } from './surroundings.ts';

/** Where Grafana's admin password lies, below its data folder. Made by whoever starts it, before the first start. */
export const grafanaPasswordFile = 'admin-password';

/** Grafana's settings, all of them by environment: none is left to what a file in its image says. */
export function grafanaEnvironment(
  surroundings: Surroundings,
  urls: Urls,
  listen: { readonly host: string; readonly port: string },
): Record<string, string> {
  const data = surroundings.data('grafana');
  return {
    GF_SERVER_HTTP_ADDR: listen.host,
    GF_SERVER_HTTP_PORT: listen.port,
    GF_SERVER_ROOT_URL: `${urls.grafana}/`,
    GF_PATHS_DATA: data,
    GF_PATHS_LOGS: `${data}/log`,
    GF_PATHS_PLUGINS: `${data}/plugins`,
    GF_PATHS_PROVISIONING: `${surroundings.folder('grafana')}/provisioning`,
    GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH: `${surroundings.folder('dashboards')}/${dashboardUids.overview}.json`,
    GF_LOG_MODE: 'console',
    GF_LOG_LEVEL: 'warn',
    ...accounts(data),
    ...cookies(urls),
    ...nothingShared,
    ...nothingElsewhere,
    // Rules and routes are Prometheus's and Alertmanager's; a second place for them would be one nobody looks at.
    GF_UNIFIED_ALERTING_ENABLED: 'false',
    GF_ALERTING_ENABLED: 'false',
  };
}

/** Nobody without an account, and no account without the admin. */
function accounts(data: string): Record<string, string> {
  return {
    GF_AUTH_ANONYMOUS_ENABLED: 'false',
    GF_USERS_ALLOW_SIGN_UP: 'false',
    GF_USERS_ALLOW_ORG_CREATE: 'false',
    GF_USERS_AUTO_ASSIGN_ORG_ROLE: 'Viewer',
    GF_SECURITY_ADMIN_USER: 'admin',
    // Grafana reads the file itself; it takes the password over when it makes its data base.
    GF_SECURITY_ADMIN_PASSWORD: `$__file{${data}/${grafanaPasswordFile}}`,
  };
}

function cookies(urls: Urls): Record<string, string> {
  return {
    GF_SECURITY_COOKIE_SECURE: String(urls.grafana.startsWith('https:')),
    // Not `strict`: who comes by the link of a page comes from another site, and would have to log in each time.
    GF_SECURITY_COOKIE_SAMESITE: 'lax',
    GF_SECURITY_ALLOW_EMBEDDING: 'false',
  };
}

/** What is on a dashboard is seen with an account only. */
const nothingShared = {
  GF_PUBLIC_DASHBOARDS_ENABLED: 'false',
  GF_SNAPSHOTS_ENABLED: 'false',
  GF_SNAPSHOTS_EXTERNAL_ENABLED: 'false',
} as const;

/** Nothing is reported to, looked up at or fetched from the makers of Grafana, or anybody else. */
const nothingElsewhere = {
  GF_ANALYTICS_REPORTING_ENABLED: 'false',
  GF_ANALYTICS_CHECK_FOR_UPDATES: 'false',
  GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES: 'false',
  GF_ANALYTICS_FEEDBACK_LINKS_ENABLED: 'false',
  GF_NEWS_NEWS_FEED_ENABLED: 'false',
  GF_PLUGINS_PREINSTALL_DISABLED: 'true',
  GF_PLUGINS_PLUGIN_ADMIN_ENABLED: 'false',
  GF_PLUGINS_PUBLIC_KEY_RETRIEVAL_DISABLED: 'true',
  GF_SECURITY_DISABLE_GRAVATAR: 'true',
} as const;
