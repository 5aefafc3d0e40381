import { colors } from './slack.ts';

const sans = "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif";
const mono = "ui-monospace,SFMono-Regular,Menlo,Consolas,'Liberation Mono',monospace";
const ink = '#14181f';
const pairValue = `padding:0 12px 0 6px;font-family:${mono};font-size:15px;line-height:20px;vertical-align:top`;

/** Inline styles, for light: what every reader understands. */
export const styles = {
  ink,
  page: `margin:0;padding:0;background:#eef0f3;font-family:${sans};-webkit-text-size-adjust:100%`,
  preview: 'display:none;max-height:0;max-width:0;overflow:hidden;opacity:0;font-size:1px;line-height:1px',
  margin: 'padding:16px 12px 4px',
  column: 'max-width:600px',
  card: 'background:#ffffff;border-top:5px solid;border-radius:10px;padding:20px 20px 18px;text-align:left;word-break:break-word;overflow-wrap:anywhere',
  kicker:
    'margin:0 0 6px;font-size:12px;line-height:16px;font-weight:700;letter-spacing:0.06em;text-transform:uppercase',
  headline: 'margin:0 0 4px;font-size:23px;line-height:29px;font-weight:700;color:#14181f',
  times: 'margin:0 0 16px;font-size:16px;line-height:22px;color:#56606d',
  text: 'margin:0 0 14px;font-size:16px;line-height:23px;color:#14181f',
  pair: 'margin:0 0 14px;background:#f4f5f7;border-radius:8px;border-collapse:separate;border-spacing:0 8px',
  pairName: 'width:76px;padding:0 0 0 12px;font-size:14px;line-height:20px;color:#56606d;vertical-align:top',
  pairFound: `${pairValue};font-weight:700`,
  pairExpected: `${pairValue};color:${ink}`,
  details: 'margin:0 0 8px',
  detailName: 'width:76px;padding:0 0 8px 12px;font-size:14px;line-height:21px;color:#56606d;vertical-align:top',
  detailValue: 'padding:0 12px 8px 6px;font-size:15px;line-height:21px;color:#14181f;vertical-align:top',
  first:
    'margin:0 0 16px;padding:10px 0 10px 12px;border-left:3px solid #b9c0ca;font-size:16px;line-height:23px;color:#14181f',
  buttons: 'margin:0 0 8px',
  button:
    'display:inline-block;margin:0 4px 8px 0;padding:11px 16px;border-radius:8px;font-size:15px;line-height:20px;font-weight:600;text-decoration:none',
  mainButton: 'background:#1f5fd6;color:#ffffff;border:1px solid #1f5fd6',
  otherButton: 'background:#ffffff;color:#1c4fae;border:1px solid #b9c0ca',
  identity: 'margin:0;font-size:13px;line-height:18px;color:#56606d',
  overflow: 'padding:4px 20px 16px;font-size:16px;line-height:22px;color:#56606d;text-align:left',
  gap: 'height:12px;font-size:0;line-height:0',
  /** Each severity's stripe, and a darker shade of it that is readable as text. */
  tone: {
    critical: { stripe: colors.critical, ink: '#b42318' },
    warning: { stripe: colors.warning, ink: '#8f4b00' },
    resolved: { stripe: colors.resolved, ink: '#0b6b3f' },
  },
} as const;

/** For dark, by class, over the inline styles. */
export const mailStyle = `
:root { color-scheme: light dark; supported-color-schemes: light dark; }
@media (prefers-color-scheme: dark) {
  .page { background: #0e1116 !important; }
  .card { background: #1a1f27 !important; }
  .ink { color: #f0f2f5 !important; }
  .soft { color: #a4adba !important; }
  .pair { background: #262c36 !important; }
  .critical { color: #ff8a7d !important; }
  .warning { color: #f8bd62 !important; }
  .resolved { color: #5ddba0 !important; }
  .first { border-left-color: #4a5361 !important; }
  .main { background: #2b67d8 !important; border-color: #2b67d8 !important; color: #ffffff !important; }
  .other { background: #1a1f27 !important; border-color: #4a5361 !important; color: #8db6ff !important; }
}
`;
