/** The panel at the right: the selected node's settings and columns, or the problems of the pipeline. */
import { useMemo, useState } from "react";
import { count, duration, hueOf, SERVING, STATUS } from "../appearance";
import { ColumnList } from "./ColumnList";
import { Connections } from "./Connections";
import { useEditor, usePart } from "../context";
import type { Context } from "../fields/control";
import { useDraft } from "../fields/control";
import { FieldRow } from "../fields/FieldRow";
import { nodeOf } from "../model/graph";
import { Icon } from "../Icon";
import { problemsOf } from "../board/NodeCard";
import { drawnAs } from "../board/nodes/drawn";
import { HelpSection } from "./HelpSection";
import { Prose } from "../Prose";
import { OutcomeSection } from "./OutcomeSection";
import { Parameters } from "./Parameters";
import { useParameterOffer } from "./offered";
import { ProblemItem, Problems } from "./Problems";
import type { Column, ComponentSpec, Facts, GraphNode, Json, Schema } from "../protocol";
import { SampleTable } from "./SampleTable";
import { applies, condition, fieldsOf, type Field } from "../fields/schema";

export function Inspector() {
  const selection = usePart((state) => state.selection);
  const single = usePart((state) => nodeOf(state.graph, state.selection.length === 1 ? (state.selection[0] ?? null) : null));
  return (
    <aside className="cb-inspector" data-testid="inspector" aria-label="Settings">
      {single ? <NodePane key={single.id} node={single} /> : selection.length > 1 ? <ManyPane /> : <><Problems /><Parameters /></>}
    </aside>
  );
}

function ManyPane() {
  const { model } = useEditor();
  const selection = usePart((state) => state.selection);
  return (
    <div className="cb-pane">
      <h2 className="cb-pane-title">{selection.length} nodes selected</h2>
      <p className="cb-hint">Move them together, copy them with Ctrl C, or:</p>
      <div className="cb-actions">
        <button type="button" className="cb-button" onClick={() => model.duplicate()}><Icon name="content_copy" />Duplicate</button>
        <button type="button" className="cb-button" onClick={() => model.remove(selection)}><Icon name="delete" />Delete</button>
      </div>
    </div>
  );
}

function NodePane({ node }: { node: GraphNode }) {
  const { model } = useEditor();
  const spec = usePart((state) => state.specs.get(node.component));
  const facts = usePart((state) => state.facts[node.id]);
  const readonly = usePart((state) => state.readonly);
  const problems = usePart((state) => problemsOf(state.problems, node.id));
  const fieldNames = new Set(Object.keys(spec?.params.properties ?? {}));
  const drawn = drawnAs(spec);
  const general = problems.filter((problem) => !problem.field || !fieldNames.has(problem.field));
  return (
    <div className="cb-pane">
      <header className="cb-node-pane-head" style={{ "--cb-hue": hueOf(spec?.category ?? "") } as React.CSSProperties}>
        <span className="cb-swatch cb-swatch-large"><Icon name={spec?.icon ?? "help"} /></span>
        {drawn === "frame" ? <h2 className="cb-drawn-kind">{spec?.title}</h2> : <TitleBox node={node} spec={spec} />}
        {!drawn && (
          <button type="button" className="cb-tool" title="Open: preview and details" aria-label="Open this node" onClick={() => model.wish({ type: "open", node: node.id })}>
            <Icon name="open_in_new" />
          </button>
        )}
        {!readonly && (
          <button type="button" className="cb-tool" title="Delete" aria-label="Delete this node" onClick={() => model.remove([node.id])}>
            <Icon name="delete" />
          </button>
        )}
      </header>
      <p className="cb-about"><Prose text={spec?.about ?? `This installation has no component called “${node.component}”.`} /></p>
      <Progress id={node.id} />
      <OutcomeSection id={node.id} />
      {general.length > 0 && (
        <ul className="cb-problems">{general.map((problem) => <ProblemItem key={problem.id} problem={problem} showNode={false} />)}</ul>
      )}
      {spec && <Form node={node} spec={spec} facts={facts} />}
      <Sample node={node.id} />
      {spec && <Connections id={node.id} spec={spec} />}
      <ColumnList title="Columns in" ports={facts?.inputs} />
      <ColumnList title="Columns out" ports={facts?.outputs} before={facts ? Object.values(facts.inputs).flat() : undefined} />
      {spec && <HelpSection spec={spec} node={node.id} />}
      <About facts={facts} spec={spec} id={node.id} />
    </div>
  );
}

function TitleBox({ node, spec }: { node: GraphNode; spec: ComponentSpec | undefined }) {
  const { model } = useEditor();
  const readonly = usePart((state) => state.readonly);
  const [draft, setDraft] = useDraft(node.title ?? spec?.title ?? node.component, (text) => text.trim());
  return (
    <input
      className="cb-title-input"
      data-testid="node-title"
      aria-label="Title of this node"
      maxLength={120}
      value={draft}
      disabled={readonly}
      spellCheck={false}
      onChange={(event) => {
        setDraft(event.target.value);
        const text = event.target.value.trim();
        model.setTitle(node.id, text === "" || text === spec?.title ? null : text);
      }}
      onBlur={() => draft.trim() === "" && setDraft(spec?.title ?? node.component)}
    />
  );
}

function Progress({ id }: { id: string }) {
  const status = usePart((state) => state.status[id]);
  if (!status) return null;
  const look = STATUS[status.status];
  const rows = [status.rows_in, status.rows_out].map((one) => (one === null ? null : count(one)));
  const figures = [
    rows[0] && rows[1] ? `${rows[0]} → ${rows[1]} rows` : rows[1] || rows[0] ? `${rows[1] ?? rows[0]} rows` : null,
    status.seconds === null ? null : duration(status.seconds),
  ].filter(Boolean);
  return (
    <div className={`cb-status cb-tone-${look.tone}`} role="status">
      <Icon name={look.icon} className={status.status === "running" ? "cb-spin" : ""} />
      <div>
        <strong>{look.word}</strong>
        {figures.length > 0 && <span className="cb-status-figures"> {figures.join(", ")}</span>}
        {status.message && <p className="cb-status-message">{status.message}</p>}
        {status.hint && <p className="cb-status-message cb-status-hint">{status.hint}</p>}
      </div>
    </div>
  );
}

/** What the node does to a few rows of the data that arrives. */
function Sample({ node }: { node: string }) {
  const trial = usePart((state) => (state.trial?.node === node ? state.trial : null));
  const [open, setOpen] = useState(false);
  if (!trial || trial.of !== "data" || !(trial.after || trial.note)) return null;
  const [before, after] = trial.counts ?? [null, null];
  const figures = before === null || after === null ? "" : before === after ? `${count(after)} rows` : `${count(before)} → ${count(after)} rows`;
  return (
    <section className="cb-fold">
      <button type="button" className="cb-fold-head" data-testid="sample" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name="chevron_right" /> On sample rows
        {figures && <span className="cb-fold-note">{figures}</span>}
      </button>
      {open && (
        <div className="cb-stack cb-sampled">
          {trial.note && <p className="cb-hint">{trial.note}</p>}
          {trial.after && <SampleTable table={trial.after} label="Sample rows after this node" testId="sample-after" />}
        </div>
      )}
    </section>
  );
}

function About({ facts, spec, id }: { facts: Facts | undefined; spec: ComponentSpec | undefined; id: string }) {
  const serving = facts?.serving || spec?.serving;
  const rows = [
    ["In an endpoint", drawnAs(spec) ? "Not part of it" : serving && (SERVING[serving] ?? serving)],
    ["Fitted", facts?.fitted],
    ["Note", facts?.note],
    ["Name in files", id],
  ].filter((row): row is [string, string] => Boolean(row[1]));
  return (
    <dl className="cb-facts">
      {rows.map(([term, text]) => (
        <div key={term}><dt>{term}</dt><dd>{text}</dd></div>
      ))}
    </dl>
  );
}

function Form({ node, spec, facts }: { node: GraphNode; spec: ComponentSpec; facts: Facts | undefined }) {
  const { model } = useEditor();
  const options = usePart((state) => state.options);
  const functions = usePart((state) => state.functions);
  const trial = usePart((state) => (state.trial?.node === node.id ? state.trial : null));
  const readonly = usePart((state) => state.readonly);
  const problems = usePart((state) => problemsOf(state.problems, node.id));
  const [advanced, setAdvanced] = useState(false);
  const parameters = useParameterOffer();
  const fields = useMemo(() => fieldsOf(spec.params), [spec]);
  const context = useMemo<Context>(() => {
    const arriving = facts?.inputs ?? {};
    const first = spec.inputs[0]?.name ?? "";
    const columnsOf = (port: string | undefined): Column[] => arriving[port || first] ?? [];
    return { root: spec.params, columnsOf, options, functions, expressions: trial?.expressions ?? {}, readonly, parameters };
  }, [spec, facts, options, functions, trial, readonly, parameters]);
  if (fields.length === 0) return <p className="cb-hint cb-form">This component has no settings.</p>;

  const change = (field: Field, value: Json | undefined): void => {
    const initial = defaultOf(field, spec.params);
    const same = initial !== undefined && JSON.stringify(value) === JSON.stringify(initial);
    model.setParam(node.id, field.name, same ? undefined : value);
  };
  const valueOf = (name: string): Json | undefined => {
    const field = fields.find((one) => one.name === name);
    return node.params[name] !== undefined ? node.params[name] : field && defaultOf(field, spec.params);
  };
  const matters = (field: Field): boolean => applies(field, valueOf);
  const isSet = (field: Field): boolean => node.params[field.name] !== undefined;
  const called = (field: Field): boolean => problems.some((problem) => problem.field === field.name);
  const draw = (field: Field) => (
    <FieldRow
      key={field.name}
      field={field}
      path={`cb-${node.id}`}
      value={valueOf(field.name)}
      context={context}
      note={matters(field) ? undefined : condition(field)}
      initial={isSet(field) ? defaultOf(field, spec.params) : undefined}
      onFix={(problem) => problem.fix && model.wish({ type: "fix", problem: problem.id, fix: problem.fix.id })}
      problems={problems.filter((problem) => problem.field === field.name)}
      onChange={(value) => change(field, value)}
    />
  );
  // What does not matter now is left out, unless it was set or something is wrong with it.
  const shown = fields.filter((field) => matters(field) || isSet(field) || called(field));
  const hidden = shown.filter((field) => field.advanced);
  const calls = hidden.some(called);
  const set = hidden.filter(isSet).length;
  return (
    <div className="cb-form">
      {shown.filter((field) => !field.advanced).map(draw)}
      {hidden.length > 0 && (
        <section className="cb-fold">
          <button type="button" className="cb-fold-head" data-testid="advanced" aria-expanded={advanced || calls} onClick={() => setAdvanced(!advanced)}>
            <Icon name="chevron_right" /> Advanced
            {set > 0 && <span className="cb-new">{set} changed</span>}
          </button>
          {(advanced || calls) && <div className="cb-form-inner">{hidden.map(draw)}</div>}
        </section>
      )}
    </div>
  );
}

const defaultOf = (field: Field, root: Schema): Json | undefined =>
  root.properties?.[field.name]?.default ?? (field.schema.default as Json | undefined);
