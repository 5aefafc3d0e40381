import type { CataloguedType } from './file.ts';

/**
 * What `npm run catalogue` cannot have a component show: written by hand, from its source or its documentation. A test
 * finds what has been captured since, and is here for nothing.
 */
export const supplements = [
  {
    component: 'node-exporter',
    why: 'its collector systemd needs systemd as process 1',
    source: 'node_exporter 1.11.1, collector/systemd_linux.go',
    metrics: [
      ['node_systemd_unit_state', 'gauge', ['name', 'state', 'type']],
      ['node_systemd_units', 'gauge', ['state']],
      ['node_systemd_system_running', 'gauge', []],
      ['node_systemd_version', 'gauge', ['version']],
      ['node_systemd_unit_start_time_seconds', 'gauge', ['name']],
      ['node_systemd_unit_tasks_current', 'gauge', ['name']],
      ['node_systemd_unit_tasks_max', 'gauge', ['name']],
      ['node_systemd_service_restart_total', 'counter', ['name']],
      ['node_systemd_timer_last_trigger_seconds', 'gauge', ['name']],
      ['node_systemd_socket_accepted_connections_total', 'counter', ['name']],
      ['node_systemd_socket_current_connections', 'gauge', ['name']],
      ['node_systemd_socket_refused_connections_total', 'gauge', ['name']],
    ],
  },
  {
    component: 'node-exporter',
    why: 'a sensor, a software RAID or a bonded interface has to be in the machine',
    source: 'node_exporter 1.11.1, collector/hwmon_linux.go, mdadm_linux.go, bonding_linux.go',
    metrics: [
      ['node_hwmon_temp_celsius', 'gauge', ['chip', 'sensor']],
      ['node_hwmon_temp_crit_celsius', 'gauge', ['chip', 'sensor']],
      ['node_hwmon_temp_max_celsius', 'gauge', ['chip', 'sensor']],
      ['node_md_disks', 'gauge', ['device', 'state']],
      ['node_md_disks_required', 'gauge', ['device']],
      ['node_md_state', 'gauge', ['device', 'state']],
      ['node_md_degraded', 'gauge', ['device']],
      ['node_bonding_active', 'gauge', ['master']],
      ['node_bonding_slaves', 'gauge', ['master']],
    ],
  },
  {
    component: 'prometheus',
    why: 'they carry the label since 3.10, which Debian does not have',
    source: 'Prometheus 3.10.0, notifier/metric.go',
    metrics: [
      ['prometheus_notifications_dropped_total', 'counter', ['alertmanager']],
      ['prometheus_notifications_queue_length', 'gauge', ['alertmanager']],
      ['prometheus_notifications_queue_capacity', 'gauge', ['alertmanager']],
    ],
  },
] as const satisfies readonly Supplement[];

interface Supplement {
  readonly component: string;
  readonly why: string;
  readonly source: string;
  readonly metrics: readonly (readonly [name: string, type: CataloguedType, labels: readonly string[]])[];
}
