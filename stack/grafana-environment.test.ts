import { describe, expect, test } from 'vitest';
import { composeForTest, nativeForTest } from '../test/support/generator-input.ts';
import { componentCommand } from './arguments.ts';
import { defaultUrls } from './links.ts';

/** Whatever the way: no guest, no second way to be paged, nothing that leaves the machine. */
const always = {
  GF_LOG_MODE: 'console',
  GF_LOG_LEVEL: 'warn',
  GF_AUTH_ANONYMOUS_ENABLED: 'false',
  GF_USERS_ALLOW_SIGN_UP: 'false',
  GF_USERS_ALLOW_ORG_CREATE: 'false',
  GF_USERS_AUTO_ASSIGN_ORG_ROLE: 'Viewer',
  GF_SECURITY_ADMIN_USER: 'admin',
  GF_SECURITY_COOKIE_SAMESITE: 'lax',
  GF_SECURITY_ALLOW_EMBEDDING: 'false',
  GF_PUBLIC_DASHBOARDS_ENABLED: 'false',
  GF_SNAPSHOTS_ENABLED: 'false',
  GF_SNAPSHOTS_EXTERNAL_ENABLED: 'false',
  GF_ANALYTICS_REPORTING_ENABLED: 'false',
  GF_ANALYTICS_CHECK_FOR_UPDATES: 'false',
  GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES: 'false',
  GF_ANALYTICS_FEEDBACK_LINKS_ENABLED: 'false',
  GF_NEWS_NEWS_FEED_ENABLED: 'false',
  GF_PLUGINS_PREINSTALL_DISABLED: 'true',
  GF_PLUGINS_PLUGIN_ADMIN_ENABLED: 'false',
  GF_PLUGINS_PUBLIC_KEY_RETRIEVAL_DISABLED: 'true',
  GF_SECURITY_DISABLE_GRAVATAR: 'true',
  GF_UNIFIED_ALERTING_ENABLED: 'false',
  GF_ALERTING_ENABLED: 'false',
};

describe("Grafana's environment", () => {
  test('in Compose', () => {
    expect(componentCommand('grafana', composeForTest()).env).toEqual({
      ...always,
      GF_SERVER_HTTP_ADDR: '0.0.0.0',
      GF_SERVER_HTTP_PORT: '3000',
      GF_SERVER_ROOT_URL: 'http://127.0.0.1:3000/',
      GF_PATHS_DATA: '/var/lib/grafana',
      GF_PATHS_LOGS: '/var/lib/grafana/log',
      GF_PATHS_PLUGINS: '/var/lib/grafana/plugins',
      GF_PATHS_PROVISIONING: '/etc/watchpost/grafana/provisioning',
      GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH: '/etc/watchpost/dashboards/watchpost-overview.json',
      GF_SECURITY_ADMIN_PASSWORD: '$__file{/var/lib/grafana/admin-password}',
      GF_SECURITY_COOKIE_SECURE: 'false',
    });
  });

  test('natively, for this machine only', () => {
    expect(componentCommand('grafana', nativeForTest()).env).toEqual({
      ...always,
      GF_SERVER_HTTP_ADDR: '127.0.0.1',
      GF_SERVER_HTTP_PORT: '3000',
      GF_SERVER_ROOT_URL: 'http://127.0.0.1:3000/',
      GF_PATHS_DATA: '/home/me/.watchpost/grafana',
      GF_PATHS_LOGS: '/home/me/.watchpost/grafana/log',
      GF_PATHS_PLUGINS: '/home/me/.watchpost/grafana/plugins',
      GF_PATHS_PROVISIONING: '/home/me/.watchpost/config/grafana/generated/provisioning',
      GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH:
        '/home/me/.watchpost/config/dashboards/generated/watchpost-overview.json',
      GF_SECURITY_ADMIN_PASSWORD: '$__file{/home/me/.watchpost/grafana/admin-password}',
      GF_SECURITY_COOKIE_SECURE: 'false',
    });
  });

  test('reached by https, it sends its cookie by nothing else', () => {
    const urls = { ...defaultUrls, grafana: 'https://watch.example.org/grafana' };
    expect(componentCommand('grafana', composeForTest(), urls).env).toMatchObject({
      GF_SERVER_ROOT_URL: 'https://watch.example.org/grafana/',
      GF_SECURITY_COOKIE_SECURE: 'true',
    });
  });
});
