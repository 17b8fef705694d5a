/** Buttons that bring the selected nodes into line, or spread them evenly. */
import { useReactFlow } from "@xyflow/react";
import { heightsIn } from "../board/heights";
import { useEditor, usePart } from "../context";
import { Icon } from "../Icon";
import type { Axis, Line } from "../model/aligning";

const LINES: [Line, string, string, string][] = [
  ["left", "align_horizontal_left", "Align left edges", "Alt A"],
  ["centre", "align_horizontal_center", "Align centres", "Alt H"],
  ["right", "align_horizontal_right", "Align right edges", "Alt D"],
  ["top", "align_vertical_top", "Align top edges", "Alt W"],
  ["middle", "align_vertical_center", "Align middles", "Alt V"],
  ["bottom", "align_vertical_bottom", "Align bottom edges", "Alt S"],
];
const AXES: [Axis, string, string, string][] = [
  ["across", "horizontal_distribute", "Spread evenly across", "Alt Shift H"],
  ["down", "vertical_distribute", "Spread evenly down", "Alt Shift V"],
];

export function Align() {
  const { model } = useEditor();
  const flow = useReactFlow();
  const count = usePart((state) => state.selection.length);
  return (
    <>
      <div className="cb-align" role="group" aria-label="Align">
        {LINES.map(([line, icon, label, keys]) => (
          <Tool key={line} icon={icon} label={label} keys={keys} onClick={() => model.align(line, heightsIn(flow))} />
        ))}
      </div>
      <div className="cb-align" role="group" aria-label="Spread evenly">
        {AXES.map(([axis, icon, label, keys]) => (
          <Tool key={axis} icon={icon} label={label} keys={keys} disabled={count < 3} onClick={() => model.distribute(axis, heightsIn(flow))} />
        ))}
      </div>
    </>
  );
}

interface ToolProps {
  icon: string;
  label: string;
  keys: string;
  disabled?: boolean;
  onClick(): void;
}

function Tool({ icon, label, keys, disabled = false, onClick }: ToolProps) {
  return (
    <button type="button" className="cb-tool" title={`${label} (${keys})`} aria-label={label} disabled={disabled} onClick={onClick}
      data-testid={label.toLowerCase().replaceAll(" ", "-")}>
      <Icon name={icon} />
    </button>
  );
}
