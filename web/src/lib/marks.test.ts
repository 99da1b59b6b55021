import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { Marked } from '@/components/marked';
import { marksOf, pageOf, plainOf, type Mark } from '@/lib/marks';

const text = (words: string): Mark => ({ text: words });
const page = (address: string, href = address): Mark => ({ text: address, href });
const html = (words: string) => renderToStaticMarkup(createElement(Marked, { words }));

describe('words', () => {
  it('are in the styles that WhatsApp’s signs mean', () => {
    expect(marksOf('Hi *you*, _now_ or ~never~: ```x *y*```')).toEqual([
      text('Hi '), { style: 'bold', inside: [text('you')] }, text(', '), { style: 'italic', inside: [text('now')] }, text(' or '),
      { style: 'struck', inside: [text('never')] }, text(': '), { style: 'fixed', inside: [text('x *y*')] },
    ]);
    expect(marksOf('*_both_ here*')).toEqual([{ style: 'bold', inside: [{ style: 'italic', inside: [text('both')] }, text(' here')] }]);
    expect(marksOf('```two\nlines```')).toEqual([{ style: 'fixed', inside: [text('two\nlines')] }]);
  });

  it('keep signs that mean nothing', () => {
    for (const plain of ['2 * 3 * 4 and snake_case_name', '*not\nacross lines*', '* not this *', '**', '``````', 'a*b*c', '*open', '']) {
      expect(marksOf(plain)).toEqual(plain ? [text(plain)] : []);
    }
  });

  it('have pages in them, without what ends the sentence', () => {
    expect(marksOf('See https://vela.example/a_b_c?x=1#y. Or (http://b.example/(c))!')).toEqual([
      text('See '), page('https://vela.example/a_b_c?x=1#y'), text('. Or ('), page('http://b.example/(c)'), text(')!'),
    ]);
    expect(marksOf('*https://vela.example/x_y*')).toEqual([{ style: 'bold', inside: [page('https://vela.example/x_y')] }]);
    expect(marksOf('https://a.example/{{1}}')).toEqual([page('https://a.example/'), text('{{1}}')]);
    expect(marksOf('HTTPS://Vela.example')).toEqual([page('HTTPS://Vela.example', 'https://vela.example/')]);
    expect(marksOf('https:// and xhttps://a.example')).toEqual([text('https:// and xhttps://a.example')]);
  });

  it('lead to pages and to nothing else', () => {
    for (const address of ['javascript:alert(1)', 'JaVaScRiPt://a.example/%0aalert(1)', 'data:text/html,x', 'vbscript:x', 'file:///etc/passwd', 'blob:x', 'https://a.example/{{1}}']) {
      expect(pageOf(address)).toBeNull();
      if (!address.startsWith('https')) expect(html(`Tap ${address} now`)).not.toContain('<a');
    }
    expect(html('https://vela.example/x')).toBe('<a href="https://vela.example/x" target="_blank" rel="noopener noreferrer">https://vela.example/x</a>');
  });

  it('stand in one line without the signs', () => {
    expect(plainOf('*_Hi_* see ~https://a.example/x_y~ 2 * 3')).toBe('Hi see https://a.example/x_y 2 * 3');
  });

  it('never become markup, whatever is written', () => {
    const written = '<img src=x onerror=alert(1)> *<script>alert(1)</script>* https://a.example/"onmouseover="alert(1) ```</code><b>```';
    const shown = html(written);
    expect(shown.replaceAll(/<\/?(?:span|b|code|a)(?: href="[^"<>]*" target="_blank" rel="noopener noreferrer")?>/g, '')).not.toMatch(/[<>]/);
    expect(shown).toContain('&lt;script&gt;');
    expect(shown).toContain('href="https://a.example/"');
  });

  it('are read quickly also where every sign could begin something', () => {
    const begun = performance.now();
    for (const one of ['*a ', 'https://a.example/*_~ ', '*_~', '*a* ', '```', '_*']) marksOf(one.repeat(Math.floor(4_096 / one.length)));
    expect(performance.now() - begun).toBeLessThan(1_000);
  });
});
