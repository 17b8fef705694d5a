/** The Run button and its menu: all, what changed, up to here, with other values; and what it would do and take. */
import { walkMenu } from "./menu";
import { useEffect, useRef, useState } from "react";
import { useEditor, usePart } from "../context";
import { Icon } from "../Icon";
import { parametersOf } from "../model/parameters";
import type { Params, PlanTold } from "../protocol";
import { RunWith } from "./RunWith";

interface Props {
  busy: boolean;
  disabled: boolean;
  to: { id: string; title: string } | null;
  onRun(to: string | null, params?: Params): void;
  onSave(): void;
}

const LISTED = 4;

export function RunButton({ busy, disabled, to, onRun, onSave }: Props) {
  const { model } = useEditor();
  const plan = usePart((state) => state.plan);
  const parameters = usePart((state) => Object.values(parametersOf(state.graph)).some((one) => one.type !== "any"));
  const rev = usePart((state) => state.rev);
  const [open, setOpen] = useState(false);
  const [asking, setAsking] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const target = to?.id ?? null;
  // Asked for anew whenever the menu opens: what is reused changes with every run.
  useEffect(() => { if (open) model.wish({ type: "plan", to: target }); }, [open, rev, target, model]);
  const told = plan && plan.rev === rev && plan.to === target ? plan : null;
  const run = (until: string | null, params?: Params): void => {
    setOpen(false);
    setAsking(false);
    onRun(until, params);
  };
  return (
    <div className="cb-split" ref={box} onBlur={(event) => { if (!box.current?.contains(event.relatedTarget)) setOpen(false); }}
      onKeyDown={(event) => { if (event.key === "Escape" && open) { event.stopPropagation(); setOpen(false); } }}>
      <button type="button" className="cb-button cb-primary" data-testid="canvas-run" disabled={disabled || busy} title="Run (Ctrl Enter)" onClick={() => run(null)}>
        <Icon name="play_arrow" />{busy ? "Starting…" : "Run"}
      </button>
      <button type="button" className="cb-button cb-primary" data-testid="canvas-run-menu" aria-label="More ways to run" aria-haspopup="menu" aria-expanded={open} disabled={disabled || busy} onClick={() => setOpen(!open)}>
        <Icon name="expand_more" />
      </button>
      {open && (
        <div className="cb-menu cb-run-menu" role="menu" aria-label="More ways to run" onKeyDown={walkMenu}>
          <button type="button" role="menuitem" autoFocus data-testid="canvas-run-all" onClick={() => run(null)}>
            <Icon name="play_arrow" /><span>Run everything<small>{told && !told.problem ? told.words : "What did not change is reused"}</small></span>
          </button>
          <Changed plan={told} onRun={() => run(null)} />
          <button type="button" role="menuitem" data-testid="canvas-run-to" disabled={!to} onClick={() => to && run(to.id)}>
            <Icon name="start" /><span>{to ? `Run to “${to.title}”` : "Run to the selected node"}<small aria-live="polite">{to ? told?.until || "It and everything before it" : "Select one node first"}</small></span>
          </button>
          <button type="button" role="menuitem" data-testid="canvas-run-with" disabled={!parameters} onClick={() => { setOpen(false); setAsking(true); }}>
            <Icon name="tune" /><span>Run with…<small>{parameters ? "Other values of the parameters, for one run" : "The pipeline has no parameters yet"}</small></span>
          </button>
          <button type="button" role="menuitem" data-testid="canvas-save" onClick={() => { setOpen(false); onSave(); }}>
            <Icon name="bookmark_add" /><span>Save a version<small>To compare with and to go back to</small></span>
          </button>
        </div>
      )}
      {asking && <RunWith onClose={() => setAsking(false)} onRun={(params) => run(null, params)} />}
    </div>
  );
}

/** What changed since its result was kept. It says so, and starts nothing, when nothing did. */
function Changed({ plan, onRun }: { plan: PlanTold | null; onRun(): void }) {
  const names = plan?.changed.slice(0, LISTED).map((one) => one.title) ?? [];
  const more = (plan?.changed.length ?? 0) + (plan?.more ?? 0) - names.length;
  const listed = `${names.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
  const nothing = plan !== null && !plan.problem && names.length === 0;
  return (
    <button type="button" role="menuitem" data-testid="canvas-run-changed" disabled={!plan || nothing || plan.problem !== null} onClick={onRun}>
      <Icon name="difference" />
      <span>
        Run what changed
        <small aria-live="polite">{!plan ? "Looking…" : plan.problem ?? (nothing ? "Nothing: every result is kept" : listed)}</small>
        {plan && names.length > 0 && <small>{plan.cost}{plan.reused > 0 ? `; ${plan.reused} reused` : ""}</small>}
      </span>
    </button>
  );
}
