/** Everything about the selected node, a tab for each side of it. */
import { useState } from "react";
import { hueOf } from "../appearance";
import { problemsOf } from "../board/NodeCard";
import { drawnAs } from "../board/nodes/drawn";
import { useEditor, usePart } from "../context";
import { Icon } from "../Icon";
import type { GraphNode } from "../protocol";
import { ColumnsTab } from "./ColumnsTab";
import { HelpTab } from "./HelpTab";
import { Marked } from "./Legend";
import { Preview } from "./Preview";
import { ReplaceWith } from "./ReplaceWith";
import { SettingsTab } from "./SettingsTab";
import { StatisticsTab } from "./StatisticsTab";
import { SwitchButton } from "./Switch";
import { Tabs } from "./Tabs";
import { TitleBox } from "./TitleBox";

const TABS = ["Settings", "Preview", "Columns", "Statistics", "Help"] as const;
type Tab = (typeof TABS)[number];
/** The side that was looked at last: going from node to node, one stays there. */
let last: Tab = "Settings";

interface Props {
  node: GraphNode;
  wide: boolean;
  onWide(): void;
}

export function NodePane({ node, wide, onWide }: Props) {
  const { model } = useEditor();
  const spec = usePart((state) => state.specs.get(node.component));
  const facts = usePart((state) => state.facts[node.id]);
  const readonly = usePart((state) => state.readonly);
  const troubled = usePart((state) => problemsOf(state.problems, node.id).length > 0);
  const [open, setOpen] = useState<Tab>(last);
  const [replacing, setReplacing] = useState(false);
  const drawn = drawnAs(spec);
  const show = (tab: Tab): void => {
    last = tab;
    setOpen(tab);
  };
  const settings = <SettingsTab node={node} spec={spec} facts={facts} onPreview={() => show("Preview")} />;
  return (
    <div className="cb-pane">
      <header className="cb-node-pane-head" style={{ "--cb-hue": hueOf(spec?.category ?? "") } as React.CSSProperties}>
        <span className="cb-swatch cb-swatch-large"><Icon name={spec?.icon ?? "help"} /></span>
        {drawn === "frame" ? <h2 className="cb-drawn-kind">{spec?.title}</h2> : <TitleBox node={node} spec={spec} />}
        {!drawn && (
          <button type="button" className="cb-tool" title="Show all its rows below the canvas" aria-label="Open this node" onClick={() => model.wish({ type: "open", node: node.id })}>
            <Icon name="open_in_new" />
          </button>
        )}
        {!readonly && spec && !drawn && (
          <button type="button" className="cb-tool" data-testid="replace-node" title="Replace with…" aria-label="Replace with another component" aria-expanded={replacing} onClick={() => setReplacing(!replacing)}>
            <Icon name="published_with_changes" />
          </button>
        )}
        {!drawn && !readonly && <SwitchButton node={node} spec={spec} />}
        {!readonly && (
          <button type="button" className="cb-tool" title="Delete" aria-label="Delete this node" onClick={() => model.remove([node.id])}>
            <Icon name="delete" />
          </button>
        )}
      </header>
      <Marked node={node.id} />
      {replacing && spec && <ReplaceWith id={node.id} onDone={() => setReplacing(false)} />}
      {drawn ? settings : (
        <Tabs tabs={TABS} open={open} onOpen={show} marked={troubled && open !== "Settings" ? ["Settings"] : []}>
          {open === "Settings" && settings}
          {open === "Preview" && <Preview node={node.id} wide={wide} onWide={onWide} />}
          {open === "Columns" && <ColumnsTab facts={facts} node={node.id} />}
          {open === "Statistics" && <StatisticsTab node={node} />}
          {open === "Help" && spec && <HelpTab spec={spec} node={node.id} />}
          {open === "Help" && !spec && <p className="cb-hint">There is no help for a component that is not installed.</p>}
        </Tabs>
      )}
    </div>
  );
}
