import fc from 'fast-check';

/** What strangers may put into names, each meant for one of the formats. */
export const attacks: readonly string[] = [
  '<script>document.title="owned"</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</style><script>alert(1)</script>',
  '</title></head><body onload=alert(1)>',
  ']]><x/><!--',
  '--><script>alert(1)</script>',
  '&lt;script&gt;&#60;script&#62;',
  '{{constructor.constructor("alert(1)")()}} \x24{7*7} <%= 7*7 %> #{7*7}',
  '=cmd|"/c calc"!A1',
  '+1+1',
  '-2+3',
  '@SUM(1,1)',
  '\t=1+1',
  '"} 1\ncertstorm_exit_code 0\n# EOF\n',
  'back\\slash"quote\\',
  '\u001b[2J\u001b]0;owned\u0007\u009b31m',
  '\r\u001b[1Aoverwritten',
  '\u202egnp.exe\u2066 \u2069\u200f\u061c',
  'zero\u200bwidth\ufeff\u00ad\u2060',
  'nul\u0000vt\u000bffff\uffff lone\ud800 \udfff',
  'line\u2028separator\u2029and\u0085next',
  '| a | b |\n| --- |\n**bold** [link](javascript:alert(1)) ![i](x) `code` <details>',
  '@octocat #1 https://example.com www.example.com user@example.com :smile: $x$',
  ',Tag=evil,0,0,0,HISTFAAA\nTag=evil,0,0,0,x',
  '__proto__',
  'constructor',
  `z${'\u0301'.repeat(400)}algo`,
  '漢字かな交じり文🎉👩‍👩‍👧‍👦',
  'x'.repeat(65_536),
  '\u202e<b>'.repeat(8000),
  '',
  '   ',
];

/** One of the attacks, two of them together, or any text at all. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...attacks),
  fc.tuple(fc.constantFrom(...attacks), fc.constantFrom(...attacks)).map(([a, b]) => a + b),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
);

/** Characters that no human-readable output may hold: controls, direction, zero width, separators. */
export const unseen =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff]/;
