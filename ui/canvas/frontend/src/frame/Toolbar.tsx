/** The bar at the top: what this is, whether it is saved, and what can be done with all of it. */
import { useEffect, useState } from "react";
import { duration, RUN, SEVERITY, worst } from "../appearance";
import { useEditor, usePart } from "../context";
import { nodeOf } from "../model/graph";
import { Icon } from "../Icon";
import { ViewSwitch } from "./ViewSwitch";
import type { View } from "./view";
import { drawnAs, specOf } from "../board/nodes/drawn";
import { inWords } from "../model/parameters";
import { failedIn, goToNode } from "../panel/Failures";
import { listed } from "../panel/stepping";
import { People } from "./People";
import type { Params, Run } from "../protocol";
import { RunButton } from "./RunButton";
import { titleOf } from "../model/rules";
import type { Saved } from "../model/sync";

const SAVED: { [saved in Saved]: [string, string] } = {
  saved: ["cloud_done", "Saved"],
  saving: ["sync", "Saving…"],
  offline: ["cloud_off", "Offline, retrying"],
};

interface Props {
  view: View;
  onView(view: View): void;
  full: boolean;
  panels: { left: boolean; right: boolean };
  onFull(): void;
  onFit(): void;
  onArrange(): void;
  onHelp(): void;
  onPanel(side: "left" | "right"): void;
}

export function Toolbar(props: Props) {
  const { model } = useEditor();
  const name = usePart((state) => state.name);
  const saved = usePart((state) => state.saved);
  const readonly = usePart((state) => state.readonly);
  const compares = usePart((state) => state.diff !== null);
  const canUndo = usePart((state) => state.canUndo);
  const canRedo = usePart((state) => state.canRedo);
  const [icon, word] = SAVED[saved];
  return (
    <div className="cb-toolbar" role="toolbar" aria-label="Pipeline">
      {props.view === "canvas" && !compares && <Tool icon={props.panels.left ? "left_panel_close" : "left_panel_open"} label={props.panels.left ? "Hide components" : "Show components"} onClick={() => props.onPanel("left")} />}
      {/* The page says it in its heading, unless this covers it or shows something else. */}
      <h2 className={props.full || readonly ? "cb-name cb-clip" : "cb-hidden"} title={name}>{name}</h2>
      <span className={`cb-saved cb-saved-${saved}`} data-testid="canvas-saved" data-state={saved} role="status">
        <Icon name={readonly ? "lock" : icon} className={saved === "saving" ? "cb-spin-slow" : ""} />
        <span>{readonly ? "Read only" : word}</span>
      </span>
      {!compares && <ViewSwitch view={props.view} onView={props.onView} />}
      <span className="cb-grow" />
      {!readonly && (
        <>
          <Tool icon="undo" label="Undo" keys="Ctrl Z" testId="canvas-undo" disabled={!canUndo} onClick={() => model.undo()} />
          <Tool icon="redo" label="Redo" keys="Ctrl Shift Z" testId="canvas-redo" disabled={!canRedo} onClick={() => model.redo()} />
          {props.view === "canvas" && <span className="cb-divider" />}
          {props.view === "canvas" && <Tool icon="account_tree" label="Arrange" keys="L" testId="canvas-arrange" onClick={props.onArrange} />}
        </>
      )}
      {props.view === "canvas" && <Tool icon="fit_screen" label="Fit to view" keys="F" testId="canvas-fit" onClick={props.onFit} />}
      <Tool icon={props.full ? "fullscreen_exit" : "fullscreen"} label={props.full ? "Leave fullscreen" : "Fullscreen"} testId="canvas-fullscreen" onClick={props.onFull} />
      <Tool icon="keyboard" label="Keyboard and mouse" keys="?" testId="canvas-help" onClick={props.onHelp} />
      <Tool icon={props.panels.right ? "right_panel_close" : "right_panel_open"} label={props.panels.right ? "Hide settings" : "Show settings"} onClick={() => props.onPanel("right")} />
      {!compares && <Tool icon="data_object" label="Parameters" testId="canvas-parameters" onClick={() => { model.select([]); model.askParameters(); if (!props.panels.right) props.onPanel("right"); }} />}
      <People />
      <ProblemCount onShow={() => { model.select([]); if (!props.panels.right) props.onPanel("right"); }} />
      <Runner onShow={() => { if (!props.panels.right) props.onPanel("right"); }} />
    </div>
  );
}

interface ToolProps {
  icon: string;
  label: string;
  keys?: string;
  testId?: string;
  disabled?: boolean;
  onClick(): void;
}

function Tool({ icon, label, keys, testId, disabled = false, onClick }: ToolProps) {
  return (
    <button type="button" className="cb-tool" data-testid={testId} title={keys ? `${label} (${keys})` : label} aria-label={label}
      disabled={disabled} onClick={onClick}>
      <Icon name={icon} />
    </button>
  );
}

function ProblemCount({ onShow }: { onShow(): void }) {
  const problems = listed(usePart((state) => state.problems));
  if (problems.length === 0) return null;
  const look = SEVERITY[worst(problems)];
  const label = `${problems.length} ${problems.length === 1 ? "problem" : "problems"}`;
  return (
    <button type="button" className={`cb-button cb-problem-count cb-tone-${look.tone}`} data-testid="canvas-problems" title={`${label}: show them`} aria-label={label} onClick={onShow}>
      <Icon name={look.icon} />{problems.length}
    </button>
  );
}

const isActive = (run: Run | null): boolean => run?.status === "queued" || run?.status === "running";

function Runner({ onShow }: { onShow(): void }) {
  const { model } = useEditor();
  const run = usePart((state) => state.run);
  const readonly = usePart((state) => state.readonly);
  const empty = usePart((state) => state.graph.nodes.every((one) => drawnAs(specOf(one, state.specs))));
  const node = usePart((state) => nodeOf(state.graph, state.selection.length === 1 ? (state.selection[0] ?? null) : null));
  const specs = usePart((state) => state.specs);
  const [asked, setAsked] = useState<string | null>(null);
  useEffect(() => setAsked(null), [run?.id, run?.status]);
  useEffect(() => {
    if (!asked) return;
    const timer = setTimeout(() => setAsked(null), 8000);
    return () => clearTimeout(timer);
  }, [asked]);
  if (run && isActive(run)) {
    return <RunProgress run={run} cancelling={asked === "cancel"} onCancel={() => { setAsked("cancel"); model.wish({ type: "cancel" }); }} />;
  }
  const start = (to: string | null, params: Params = {}): void => {
    setAsked("run");
    model.wish({ type: "run", to, params });
  };
  return (
    <>
      {run && <LastRun run={run} onShow={onShow} />}
      {!readonly && <RunButton busy={asked === "run"} disabled={empty} to={node && !drawnAs(specOf(node, specs)) ? { id: node.id, title: titleOf(node, specs) } : null} onRun={start} onSave={() => model.wish({ type: "save" })} />}
    </>
  );
}

function LastRun({ run, onShow }: { run: Run; onShow(): void }) {
  const { model } = useEditor();
  const graph = usePart((state) => state.graph);
  const status = usePart((state) => state.status);
  const look = RUN[run.status];
  const [failed] = failedIn(graph, status);
  const asked = Object.entries(run.params ?? {}).map(([name, value]) => `${name} = ${inWords(value)}`).join(", ");
  // The last words of a run that went well are the name of its last node.
  const said = run.status === "succeeded" || !run.message ? `Run ${run.number}` : run.message;
  const title = asked ? `${said}, with ${asked}` : said;
  const words = (
    <>
      <Icon name={look.icon} />
      <span>{look.word}{run.seconds === null ? "" : ` in ${duration(run.seconds)}`}{asked && <span className="cb-lastrun-with cb-clip"> with {asked}</span>}</span>
    </>
  );
  const looks = { className: `cb-lastrun cb-tone-${look.tone}`, "data-testid": "canvas-lastrun" };
  if (!failed) return <span {...looks} title={title}>{words}</span>;
  const show = (): void => {
    onShow();
    goToNode(model, failed);
  };
  return <button type="button" {...looks} title={`${title} Show where`} onClick={show}>{words}</button>;
}

function RunProgress({ run, cancelling, onCancel }: { run: Run; cancelling: boolean; onCancel(): void }) {
  const share = run.progress === null ? null : Math.round(Math.min(1, Math.max(0, run.progress)) * 100);
  const left = run.remaining_seconds === null ? "" : `${duration(Math.max(1, Math.round(run.remaining_seconds)))} left`;
  const word = cancelling ? "Cancelling…" : run.status === "queued" ? "Queued" : share === null ? "Running" : `${share} %`;
  return (
    <div className="cb-running">
      <div className="cb-running-text" aria-live="polite">
        <span>{word}</span>
        {!cancelling && left && <span className="cb-running-left">{left}</span>}
      </div>
      <div className={`cb-bar${share === null ? " cb-bar-unknown" : ""}`} role="progressbar" aria-label={`Run ${run.number}`} aria-valuemin={0} aria-valuemax={100} aria-valuenow={share ?? undefined}>
        <span style={{ width: `${share ?? 30}%` }} />
      </div>
      <button type="button" className="cb-button" data-testid="canvas-cancel" disabled={cancelling} onClick={onCancel}>
        <Icon name="stop" />Cancel
      </button>
    </div>
  );
}
