/** What was chosen, one chip each; where the order matters, each can be moved to an earlier place. */
import { Icon } from "../Icon";

export interface ChipItem {
  text: string;
  icon?: string;
  warning?: string | undefined;
}

interface ChipProps extends ChipItem {
  /** The text of the chip before it, where it can be moved there. */
  before?: string | undefined;
  onMove?: (() => void) | undefined;
  onRemove?: (() => void) | undefined;
}

export function Chip({ text, icon, warning, before, onMove, onRemove }: ChipProps) {
  return (
    <span className={`cb-chip${warning ? " cb-chip-warn" : ""}`} title={warning ?? text}>
      {onMove && (
        <button type="button" className="cb-chip-x cb-chip-move" aria-label={`Move ${text} before ${before}`} onClick={onMove}>
          <Icon name="chevron_left" />
        </button>
      )}
      {(warning || icon) && <Icon name={warning ? "warning" : (icon ?? "")} />}
      <span className="cb-chip-text">{text === "" ? "(empty)" : text}</span>
      {warning && <span className="cb-hidden">{warning}</span>}
      {onRemove && (
        <button type="button" className="cb-chip-x" aria-label={`Remove ${text}`} onClick={onRemove}>
          <Icon name="close" />
        </button>
      )}
    </span>
  );
}

interface Props {
  items: ChipItem[];
  label: string;
  lead?: string;
  readonly: boolean;
  ordered?: boolean;
  /** The places of those that stay, in their new order. */
  onChange(places: number[]): void;
}

export function Chips({ items, label, lead, readonly, ordered = false, onChange }: Props) {
  const places = items.map((_, place) => place);
  const earlier = (place: number): number[] =>
    places.map((other) => (other === place - 1 ? place : other === place ? place - 1 : other));
  return (
    <div className="cb-chips" role="group" aria-label={label}>
      {lead && <span className="cb-chips-lead">{lead}</span>}
      {items.map((item, place) => (
        <Chip
          key={`${place} ${item.text}`}
          {...item}
          before={items[place - 1]?.text}
          onMove={ordered && !readonly && place > 0 ? () => onChange(earlier(place)) : undefined}
          onRemove={readonly ? undefined : () => onChange(places.filter((other) => other !== place))}
        />
      ))}
    </div>
  );
}
