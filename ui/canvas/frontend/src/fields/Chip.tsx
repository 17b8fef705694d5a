import { Icon } from "../Icon";

interface Props {
  text: string;
  icon?: string;
  warning?: string | undefined;
  onRemove?: (() => void) | undefined;
}

export function Chip({ text, icon, warning, onRemove }: Props) {
  return (
    <span className={`cb-chip${warning ? " cb-chip-warn" : ""}`} title={warning ?? text}>
      {(warning || icon) && <Icon name={warning ? "warning" : (icon ?? "")} />}
      <span className="cb-chip-text">{text}</span>
      {warning && <span className="cb-hidden">{warning}</span>}
      {onRemove && (
        <button type="button" className="cb-chip-x" aria-label={`Remove ${text}`} onClick={onRemove}>
          <Icon name="close" />
        </button>
      )}
    </span>
  );
}
