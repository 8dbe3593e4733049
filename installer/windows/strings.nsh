; What the installer says in its own words, in every language that the plug-ins speak. The first one is for all others.
!macro Say LANGUAGE WELCOME FINISH OLDER REFUSED IN_USE NO_HOST REMOVE_ALL
  !insertmacro MUI_LANGUAGE "${LANGUAGE}"
  LangString Welcome ${LANG_${LANGUAGE}} "${WELCOME}"
  LangString Finish ${LANG_${LANGUAGE}} "${FINISH}"
  LangString Older ${LANG_${LANGUAGE}} "${OLDER}"
  LangString Refused ${LANG_${LANGUAGE}} "${REFUSED}"
  LangString InUse ${LANG_${LANGUAGE}} "${IN_USE}"
  LangString NoHost ${LANG_${LANGUAGE}} "${NO_HOST}"
  LangString RemoveAll ${LANG_${LANGUAGE}} "${REMOVE_ALL}"
!macroend

!insertmacro Say "English" \
  "This puts the program and its plug-ins for GIMP 3 and Krita on this computer, for you alone. Nothing is sent anywhere, and nothing is downloaded.$\r$\n$\r$\nGIMP and Krita may stay open; start them again afterwards." \
  "Start GIMP 3 or Krita. In the menu “Filters” or “Filter” is now “Restore with instruction…”.$\r$\n$\r$\nIs it missing, because GIMP or Krita came later or was never started before? Start it once, then run this setup again." \
  "Version $Had is installed, and this is the older ${VERSION}. Put the older one in its place?" \
  "Version $Had is installed, and this is the older ${VERSION}. Nothing was changed." \
  "GIMP, Krita or restored still uses the old version. Close them and try again. Nothing was changed." \
  "No GIMP 3 and no Krita was found. Start it once, then run this setup again." \
  "Remove your settings, history and imported models too?"

!insertmacro Say "German" \
  "Damit kommen das Programm und seine Plug-ins für GIMP 3 und Krita auf diesen Computer, nur für Sie. Nichts wird gesendet, nichts wird heruntergeladen.$\r$\n$\r$\nGIMP und Krita können offen bleiben; starten Sie sie danach neu." \
  "Starten Sie GIMP 3 oder Krita. Im Menü „Filter“ steht jetzt „Restaurieren nach Anweisung…“.$\r$\n$\r$\nFehlt es dort, weil GIMP oder Krita später dazukam oder noch nie gestartet wurde? Starten Sie es einmal und dann dieses Setup noch einmal." \
  "Version $Had ist installiert, und dies ist die ältere Version ${VERSION}. Soll die ältere an ihre Stelle?" \
  "Version $Had ist installiert, und dies ist die ältere Version ${VERSION}. Es wurde nichts geändert." \
  "GIMP, Krita oder restored benutzt noch die alte Version. Schließen Sie sie und versuchen Sie es noch einmal. Es wurde nichts geändert." \
  "Weder GIMP 3 noch Krita wurde gefunden. Starten Sie es einmal und dann dieses Setup noch einmal." \
  "Auch Ihre Einstellungen, den Verlauf und importierte Modelle entfernen?"

!insertmacro Say "French" \
  "Ceci installe le programme et ses greffons pour GIMP 3 et Krita sur cet ordinateur, pour vous seul. Rien n'est envoyé, rien n'est téléchargé.$\r$\n$\r$\nGIMP et Krita peuvent rester ouverts ; redémarrez-les ensuite." \
  "Démarrez GIMP 3 ou Krita. Le menu « Filtres » ou « Filtre » contient maintenant « Restaurer par instruction… ».$\r$\n$\r$\nIl manque, parce que GIMP ou Krita est venu plus tard ou n'a jamais été démarré ? Démarrez-le une fois, puis relancez cette installation." \
  "La version $Had est installée, et celle-ci, ${VERSION}, est plus ancienne. La mettre à sa place ?" \
  "La version $Had est installée, et celle-ci, ${VERSION}, est plus ancienne. Rien n'a été changé." \
  "GIMP, Krita ou restored utilise encore l'ancienne version. Fermez-les et réessayez. Rien n'a été changé." \
  "Ni GIMP 3 ni Krita n'a été trouvé. Démarrez-le une fois, puis relancez cette installation." \
  "Supprimer aussi vos réglages, votre historique et les modèles importés ?"

!insertmacro Say "Spanish" \
  "Esto pone el programa y sus complementos para GIMP 3 y Krita en este equipo, solo para usted. No se envía nada y no se descarga nada.$\r$\n$\r$\nGIMP y Krita pueden seguir abiertos; reinícielos después." \
  "Inicie GIMP 3 o Krita. En el menú «Filtros» o «Filtro» está ahora «Restaurar con instrucciones…».$\r$\n$\r$\n¿Falta, porque GIMP o Krita llegó más tarde o nunca se inició? Inícielo una vez y ejecute de nuevo este instalador." \
  "Está instalada la versión $Had, y esta, la ${VERSION}, es más antigua. ¿Ponerla en su lugar?" \
  "Está instalada la versión $Had, y esta, la ${VERSION}, es más antigua. No se cambió nada." \
  "GIMP, Krita o restored todavía usa la versión anterior. Ciérrelos e inténtelo de nuevo. No se cambió nada." \
  "No se encontró GIMP 3 ni Krita. Inícielo una vez y ejecute de nuevo este instalador." \
  "¿Quitar también sus ajustes, su historial y los modelos importados?"

!insertmacro Say "PortugueseBR" \
  "Isto põe o programa e seus plug-ins para GIMP 3 e Krita neste computador, só para você. Nada é enviado e nada é baixado.$\r$\n$\r$\nGIMP e Krita podem ficar abertos; reinicie-os depois." \
  "Inicie o GIMP 3 ou o Krita. No menu “Filtros” ou “Filtro” está agora “Restaurar por instrução…”.$\r$\n$\r$\nNão está, porque o GIMP ou o Krita veio depois ou nunca foi iniciado? Inicie-o uma vez e execute este instalador de novo." \
  "A versão $Had está instalada, e esta, ${VERSION}, é mais antiga. Colocá-la no lugar dela?" \
  "A versão $Had está instalada, e esta, ${VERSION}, é mais antiga. Nada foi alterado." \
  "GIMP, Krita ou restored ainda usa a versão antiga. Feche-os e tente de novo. Nada foi alterado." \
  "Nem GIMP 3 nem Krita foi encontrado. Inicie-o uma vez e execute este instalador de novo." \
  "Remover também seus ajustes, seu histórico e os modelos importados?"

!insertmacro Say "Italian" \
  "Questo mette il programma e i suoi plug-in per GIMP 3 e Krita su questo computer, solo per l'utente attuale. Non si invia nulla e non si scarica nulla.$\r$\n$\r$\nGIMP e Krita possono restare aperti; riavviarli dopo." \
  "Avviare GIMP 3 o Krita. Nel menu «Filtri» o «Filtro» c'è ora «Restaura con istruzioni…».$\r$\n$\r$\nManca, perché GIMP o Krita è arrivato dopo o non è mai stato avviato? Avviarlo una volta e poi eseguire di nuovo questa installazione." \
  "È installata la versione $Had, e questa, la ${VERSION}, è più vecchia. Metterla al suo posto?" \
  "È installata la versione $Had, e questa, la ${VERSION}, è più vecchia. Non è stato cambiato nulla." \
  "GIMP, Krita o restored usa ancora la vecchia versione. Chiuderli e riprovare. Non è stato cambiato nulla." \
  "Non è stato trovato né GIMP 3 né Krita. Avviarlo una volta e poi eseguire di nuovo questa installazione." \
  "Rimuovere anche impostazioni, cronologia e modelli importati?"

!insertmacro Say "Japanese" \
  "本体と、GIMP 3 および Krita 用のプラグインを、このユーザーだけのためにインストールします。何も送信せず、何もダウンロードしません。$\r$\n$\r$\nGIMP と Krita は開いたままでかまいません。あとで再起動してください。" \
  "GIMP 3 または Krita を起動してください。「フィルター」メニューに「指示で復元…」があります。$\r$\n$\r$\nGIMP や Krita をあとから入れた、または一度も起動していないために見つからない場合は、一度起動してから、このセットアップをもう一度実行してください。" \
  "バージョン $Had がインストールされています。これはより古い ${VERSION} です。古いほうに置き換えますか？" \
  "バージョン $Had がインストールされています。これはより古い ${VERSION} です。何も変更していません。" \
  "GIMP、Krita または restored が古いバージョンを使っています。閉じてからやり直してください。何も変更していません。" \
  "GIMP 3 も Krita も見つかりません。一度起動してから、このセットアップをもう一度実行してください。" \
  "設定、履歴、取り込んだモデルも削除しますか？"

!insertmacro Say "SimpChinese" \
  "这会把程序及其 GIMP 3 和 Krita 插件安装到这台电脑上，仅供您本人使用。不发送任何内容，也不下载任何内容。$\r$\n$\r$\nGIMP 和 Krita 可以保持打开；之后请重新启动它们。" \
  "请启动 GIMP 3 或 Krita。“滤镜”菜单中现在有“按指令修复…”。$\r$\n$\r$\n如果 GIMP 或 Krita 是后来安装的，或从未启动过，因而找不到它，请先启动一次，再运行本安装程序。" \
  "已安装版本 $Had，而这是较旧的 ${VERSION}。要换成较旧的版本吗？" \
  "已安装版本 $Had，而这是较旧的 ${VERSION}。没有任何更改。" \
  "GIMP、Krita 或 restored 仍在使用旧版本。请关闭它们后重试。没有任何更改。" \
  "没有找到 GIMP 3 或 Krita。请先启动一次，再运行本安装程序。" \
  "是否也删除您的设置、历史记录和导入的模型？"
