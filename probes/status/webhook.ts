import { z } from 'zod';

/** What Alertmanager's webhook sends, as far as it is read here. */
const notificationSchema = z.object({
  status: z.enum(['firing', 'resolved']),
  receiver: z.string(),
  alerts: z.array(
    z.object({
      status: z.enum(['firing', 'resolved']),
      labels: z.record(z.string(), z.string()),
      annotations: z.record(z.string(), z.string()).default({}),
      startsAt: z.string(),
      endsAt: z.string().optional(),
    }),
  ),
});

export type Notification = z.output<typeof notificationSchema>;

/** The notification, or what is wrong with it. */
export function parseNotification(
  body: string,
): { readonly notification: Notification } | { readonly problem: string } {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (error) {
    return { problem: `the body is no JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
  const parsed = notificationSchema.safeParse(value);
  if (parsed.success) return { notification: parsed.data };
  return { problem: `the body is no notification of Alertmanager:\n${z.prettifyError(parsed.error)}` };
}

/** A notification as lines for people: one for each alert. */
export function sayNotification({ receiver, alerts }: Notification): readonly string[] {
  return alerts.map(({ status, labels, annotations }) => {
    const subject =
      annotations.summary ??
      Object.entries(labels)
        .map(([name, value]) => `${name}=${value}`)
        .join(' ');
    const detail = status === 'firing' && annotations.description ? ` | ${annotations.description}` : '';
    return `page to "${receiver}": ${status.toUpperCase()} ${labels.alertname ?? 'unnamed alert'}: ${subject}${detail}`;
  });
}
