/// How the page looks: on screens wide and narrow, light and dark, and on paper.
enum HTMLStyle {
    /// Blue, red and amber differ in brightness too, for those who do not tell the colours apart.
    static let css = """
        :root{--paper:#fff;--ink:#1b2530;--faint:#5a6774;--line:#dbe0e6;--panel:#f4f6f8;--land:#d3dae1;
        --allowed:#3b7fb6;--denied:#c22f23;--failed:#e2a82b;color-scheme:light dark}
        @media (prefers-color-scheme:dark){:root{--paper:#13171c;--ink:#e6eaee;--faint:#9ba7b3;--line:#303943;
        --panel:#1b2128;--land:#37424e;--allowed:#5f9fd2;--denied:#ff6f5e;--failed:#e9bd54}}
        *{box-sizing:border-box}
        body{margin:0 auto;max-width:72rem;padding:1.5rem 1.25rem 3rem;background:var(--paper);color:var(--ink);
        font:1rem/1.45 system-ui,sans-serif}
        h1{margin:0;font-size:1.6rem}
        h2{margin:0 0 .6rem;font-size:1.1rem}
        header p{margin:.2rem 0 1rem;color:var(--faint)}
        section{margin:2.2rem 0 0;min-width:0}
        .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(7.5rem,1fr));gap:.6rem;margin:0}
        .tiles div{padding:.6rem .8rem;background:var(--panel);border-left:4px solid var(--line)}
        .tiles dt{color:var(--faint);font-size:.85rem}
        .tiles dd{margin:0;font-size:1.45rem;font-variant-numeric:tabular-nums}
        .tiles .allowed{border-color:var(--allowed)}.tiles .denied{border-color:var(--denied)}
        .tiles .failed{border-color:var(--failed)}
        .columns{columns:20rem;column-gap:2.5rem;margin-top:2.2rem}
        .columns section{margin:0 0 2.2rem;break-inside:avoid-column}
        table{width:100%;border-collapse:collapse}
        th,td{padding:.4rem 1.2rem .4rem 0;border-bottom:1px solid var(--line);text-align:left;vertical-align:top;
        font-weight:normal;overflow-wrap:anywhere}
        td:last-child,th:last-child{padding-right:0}
        thead th{color:var(--faint);font-size:.85rem;white-space:nowrap;overflow-wrap:normal}
        tbody th{font-weight:600}
        .bars th:nth-child(n+2),.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap;
        overflow-wrap:normal}
        .facts{table-layout:fixed}
        .facts thead th{width:23%}.facts thead th:last-child{width:31%}.facts thead .number{width:5.5rem}
        .facts thead .growing{width:auto}
        .bars tbody th{width:100%;font-weight:normal}
        .bar{display:block;width:100%;height:.5rem;margin-top:.2rem;background:var(--panel)}
        bdi{display:inline-block;max-width:100%}
        small{display:block;color:var(--faint);font-size:.85rem}
        code,.times{margin-left:.5em;font-size:.85rem;color:var(--faint)}
        time{display:block;white-space:nowrap}
        em.denied{margin-left:.5em;color:var(--denied);font-style:normal;font-weight:600}
        .none{color:var(--faint);margin:.4rem 0}
        summary{padding:.4rem 0;color:var(--faint);cursor:pointer}
        svg{display:block;max-width:100%}
        .chart,.map{width:100%;height:auto}
        .chart text{fill:var(--faint);font-size:12px}
        .chart .count{text-anchor:end}
        .narrow{display:none}
        .line{stroke:var(--line);fill:none}
        rect.allowed{fill:var(--allowed)}rect.denied{fill:var(--denied)}rect.failed{fill:var(--failed)}
        .sea{fill:var(--panel)}.land{fill:var(--land)}
        .grid{fill:none;stroke:var(--line);vector-effect:non-scaling-stroke}
        .mark{fill:none;stroke-linecap:round;vector-effect:non-scaling-stroke}
        .mark.allowed{stroke:var(--allowed);stroke-opacity:.75}
        .mark.denied{stroke:var(--denied)}.mark.hole{stroke:var(--paper)}
        .legend{display:flex;gap:1.2rem;margin:0 0 .4rem;font-size:.9rem;color:var(--faint)}
        .legend span::before{content:"";display:inline-block;width:.8em;height:.8em;margin-right:.4em;
        vertical-align:-.05em;background:var(--allowed)}
        .legend .denied::before{background:var(--denied)}.legend .failed::before{background:var(--failed)}
        .legend .ring::before{background:none;border:3px solid var(--denied);border-radius:50%}
        .unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
        @media (max-width:40rem){body{padding:1rem .9rem 2rem}.wide{display:none}.narrow{display:block}
        th,td{padding-right:.7rem}
        .facts thead{display:none}.facts tr{display:block;padding:.4rem 0;border-bottom:1px solid var(--line)}
        .facts tbody th,.facts td{display:inline-block;padding:0 .7rem 0 0;border:0;text-align:left;min-width:0}
        .facts td:not(.number){display:block}.facts time{display:inline}
        .facts .number::before{content:attr(data-name) " ";color:var(--faint);font-size:.85rem}}
        @media print{:root{--paper:#fff;--ink:#000;--faint:#444;--line:#ccc;--panel:#f2f2f2;--land:#ccc;
        --allowed:#3b7fb6;--denied:#c22f23;--failed:#e2a82b;color-scheme:light}
        body{max-width:none;padding:0;font-size:9.5pt}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
        .wide{display:block}.narrow{display:none}details:not([open]){display:none}
        h2,.legend{break-after:avoid}tr,.chart,.map,.tiles{break-inside:avoid}section{margin-top:1.2rem}}
        """
}
