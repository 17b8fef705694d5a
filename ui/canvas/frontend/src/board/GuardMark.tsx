/** What an overlay says of one node, on its card. */
import { usePart } from "../context";
import { Icon } from "../Icon";
import { markOf } from "./guard";

export function GuardMark({ id }: { id: string }) {
  const overlay = usePart((state) => state.overlay);
  const mark = markOf(overlay, id);
  const border = overlay?.borders[id];
  if (!mark && !border) return null;
  return (
    <span className="cb-guard-marks">
      {border && <span className="cb-guard-mark cb-tone-calm" title={border} data-testid={`border-${id}`}><Icon name="content_cut" /><span className="cb-hidden">{border}</span></span>}
      {mark && (
        <span className={`cb-guard-mark cb-tone-${mark.tone}`} title={mark.words} data-testid={`mark-${id}`}>
          <Icon name={mark.icon} />{mark.word}<span className="cb-hidden">: {mark.words}</span>
        </span>
      )}
    </span>
  );
}
