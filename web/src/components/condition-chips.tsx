import { Plus, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { FilterCondition } from '@/api/types';
import { Menu, MenuChoice, MenuItem, MenuLabel, MenuLine } from '@/components/menu';
import { t } from '@/lib/i18n';
import '@/lib/i18n-lists';
import { conditionOf, conditionWords, fieldName, FIELDS, keysOf, kindOf, MAX_CONDITIONS, valuesOf, type Field, type Names } from '@/lib/inbox/filters';

/** What must hold of a conversation: a chip for each condition, and a way to more. */
export function ConditionChips({ filter, names, fields = FIELDS, opens = false, onChange: go, onClose = () => undefined }: {
  filter: FilterCondition[];
  names: Names;
  /** Those that are offered. */
  fields?: readonly Field[];
  /** The list of fields is to be open. */
  opens?: boolean;
  onChange: (next: FilterCondition[]) => void;
  onClose?: () => void;
}) {
  /** A field that was chosen and says nothing yet. */
  const [begun, setBegun] = useState<Field | null>(null);
  // The list of fields closes in the moment in which one is chosen.
  const chosen = useRef<Field | null>(null);
  /** The chip that takes over from what was chosen: its menu goes on where that one's was. */
  const goesOn = useRef<number | null>(null);
  /** The chip whose menu is open. */
  const [open, setOpen] = useState<number | 'add' | 'begun' | null>(opens ? 'add' : null);
  useEffect(() => { if (opens) setOpen('add'); }, [opens]);

  const change = (index: number, next: FilterCondition | null) => { go(next ? filter.with(index, next) : filter.toSpliced(index, 1)); };
  const begin = (field: Field) => {
    if (kindOf(field) === 'flag') {
      const whole = conditionOf(field, [], false);
      if (whole) go([...filter, whole]);
      onClose();
      return;
    }
    chosen.current = field;
    setBegun(field);
  };
  return (
    <>
      {filter.map((condition, index) => (
        <span key={`${condition.field} ${String(index)}`} className="chip-group" data-on>
          <Menu
            align="start"
            open={open === index}
            onOpenChange={(on) => { setOpen(on ? index : null); }}
            trigger={
              <button type="button" className="chip" aria-label={t('filter.edit', { name: conditionWords(condition, names) })}>
                <span className="truncate">{conditionWords(condition, names)}</span>
              </button>
            }
          >
            <Choices field={condition.field} condition={condition} names={names} onChange={(next) => { change(index, next); }} />
          </Menu>
          <button type="button" className="chip-off" aria-label={t('filter.off', { name: conditionWords(condition, names) })} onClick={() => { change(index, null); }}>
            <X size={12} aria-hidden="true" />
          </button>
        </span>
      ))}
      {begun && (
        <Menu
          align="start"
          open={open === 'begun'}
          onOpenChange={(on) => {
            setOpen(on ? 'begun' : null);
            if (on) return;
            chosen.current = null;
            setBegun(null);
            onClose();
          }}
          onClosed={(event) => {
            if (goesOn.current === null) return;
            event.preventDefault();
            setOpen(goesOn.current);
            goesOn.current = null;
          }}
          trigger={<button type="button" className="chip">{fieldName(begun)} …</button>}
        >
          <Choices
            field={begun}
            condition={null}
            names={names}
            onChange={(next) => {
              if (!next) return;
              // Its chip goes on where this one was.
              chosen.current = null;
              setBegun(null);
              setOpen(null);
              if (kindOf(begun) === 'values') goesOn.current = filter.length;
              onClose();
              go([...filter, next]);
            }}
          />
        </Menu>
      )}
      {filter.length < MAX_CONDITIONS && (
        <Menu
          align="start"
          open={open === 'add'}
          onOpenChange={(on) => {
            setOpen(on ? 'add' : null);
            if (!on && chosen.current === null) onClose();
          }}
          onClosed={(event) => {
            if (chosen.current === null) return;
            // The menu of what was chosen opens once this one is gone; the focus goes there, and not back in between.
            event.preventDefault();
            setOpen('begun');
          }}
          trigger={<button type="button" className="chip"><Plus size={12} aria-hidden="true" />{t('filter.add')}</button>}
        >
          {fields.filter((field) => valuesOf(field, names).length > 0 || kindOf(field) === 'flag').map((field) => (
            <MenuItem key={field} onSelect={() => { begin(field); }}>{fieldName(field)}</MenuItem>
          ))}
        </Menu>
      )}
    </>
  );
}

/** What a condition can be. Several things can be named: the menu stays. */
function Choices({ field, condition, names, onChange }: { field: Field; condition: FilterCondition | null; names: Names; onChange: (next: FilterCondition | null) => void }) {
  const keys = condition ? keysOf(condition) : [];
  const not = condition?.not ?? false;
  const several = kindOf(field) === 'values';
  const pick = (key: string) => {
    const next = several ? (keys.includes(key) ? keys.filter((one) => one !== key) : [...keys, key]) : [key];
    onChange(conditionOf(field, next, not));
  };
  return (
    <>
      {condition && (
        <>
          <MenuLabel>{t('filter.how')}</MenuLabel>
          {[false, true].map((one) => (
            <MenuChoice key={String(one)} checked={not === one} keeps onSelect={() => { onChange({ ...condition, not: one }); }}>
              {t(one ? 'filter.isNot' : 'filter.is')}
            </MenuChoice>
          ))}
          <MenuLine />
        </>
      )}
      <MenuLabel>{several ? `${fieldName(field)}: ${t('filter.any')}` : fieldName(field)}</MenuLabel>
      {valuesOf(field, names).map(({ key, name }) => (
        <MenuChoice key={key} checked={condition !== null && keys.includes(key)} keeps={several} onSelect={() => { pick(key); }}>{name}</MenuChoice>
      ))}
    </>
  );
}
